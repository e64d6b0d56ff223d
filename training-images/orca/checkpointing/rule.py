"""Which of a job's checkpoints are kept."""

from dataclasses import dataclass

from ..errors import InputError

LAST, BEST = "last", "best"


@dataclass(frozen=True)
class Rule:
    last: bool
    best: bool
    every: int | None  # each so manieth save is kept for good

    @staticmethod
    def parse(text):
        """Such as "last", "best", "every 5", or several with commas."""
        parts = [part.split() for part in text.split(",")]
        every = None
        for part in parts:
            match part:
                case ["last"] | ["best"]:
                    pass
                case ["every", number] if number.isascii() and number.isdigit() and 0 < int(number) and every is None:
                    every = int(number)
                case _:
                    raise InputError(f"ORCA_CHECKPOINT_KEEP is '{text[:80]}'; it must be last, best or every n (n from 1), "
                                     "or several of them with commas.")
        return Rule([LAST] in parts, [BEST] in parts, every)

    def names(self, number, step, value, best):
        """The names under which a save is kept, none when it is not: `number` counts the job's saves from 1,
        `best` is the greatest value so far, None when there is none."""
        if self.best and value is None:
            raise InputError("ORCA_CHECKPOINT_KEEP asks for the best checkpoint, and this training saves them without a value.")
        names = [f"step-{step}"] if self.every and number % self.every == 0 else []
        if self.best and (best is None or value > best):
            names.append(BEST)
        if self.last:
            names.append(LAST)
        return names
