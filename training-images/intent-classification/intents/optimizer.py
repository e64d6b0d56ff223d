"""How a training steps: two ways, each of which owns all of a network's weights.

Both take a rate as a share of LR, which the training sets before each step, and know which rows of the table a batch
has ever touched.
"""

import torch

# The table's rate as a multiple of LR, which is the linear layers': Adagrad's steps shrink as it goes, and the plain
# gradient of a row is small, as an example is the mean of hundreds of them.
TABLE_RATE = 100
WEIGHT_DECAY = 0.01
# From here on a rate is none of Adam's, whose steps have about its size in each weight, but one of plain SGD, whose steps
# are the rate times the gradient: the tutorials of classifiers with an embedding bag have 4, 5 or 50.
PLAIN_FROM = 0.1
# How long a step of plain SGD can be, for all linear weights together and for the table: so a rate that is too large for
# the data, or for a wide layer, still learns. Measured with rates from 0.5 to 1,000.
LONGEST_STEP, LONGEST_TABLE_STEP = 0.5, 10.0


def steps_for(network, lr):
    return Plain(network, lr) if lr >= PLAIN_FROM else Adaptive(network, lr)


class Adaptive:
    """AdamW for the linear layers, Adagrad for the table."""

    name = "AdamW and Adagrad"

    def __init__(self, network, lr):
        self.lr, self.table = lr, network.table.weight
        self.rows = RowAdagrad(self.table, lr)
        self.layers = torch.optim.AdamW(linear_weights(network), lr=lr, weight_decay=WEIGHT_DECAY, fused=True)

    def set_rate(self, share):
        self.layers.param_groups[0]["lr"] = self.lr * share
        self.rows.param_groups[0]["lr"] = self.lr * TABLE_RATE * share

    def zero_grad(self):
        self.layers.zero_grad(set_to_none=True)
        self.rows.zero_grad(set_to_none=True)

    def step(self):
        self.layers.step()
        self.rows.step()

    def untouched(self):
        return self.rows.state[self.table]["squares"] == 0

    def state(self):
        return {"rows": self.rows.state_dict(), "layers": self.layers.state_dict()}

    def restore(self, state):
        self.rows.load_state_dict(state["rows"])
        self.layers.load_state_dict(state["layers"])


class Plain:
    """SGD as it stands in the books, with steps of a bounded length."""

    name = "plain SGD"

    def __init__(self, network, lr):
        self.lr, self.share, self.table, self.weights = lr, 1.0, network.table.weight, linear_weights(network)
        self.touched = torch.zeros(len(self.table), dtype=torch.bool)

    def set_rate(self, share):
        self.share = share

    def zero_grad(self):
        for weights in (self.table, *self.weights):
            weights.grad = None

    @torch.no_grad()
    def step(self):
        gradient = self.table.grad.coalesce()
        rows, values = gradient.indices()[0], gradient.values()
        self.table.index_add_(0, rows, values, alpha=-self._bounded(self.lr * TABLE_RATE, LONGEST_TABLE_STEP, [values]))
        rate = self._bounded(self.lr, LONGEST_STEP, [weights.grad for weights in self.weights])
        for weights in self.weights:
            weights.add_(weights.grad, alpha=-rate)
        self.touched[rows] = True

    def _bounded(self, rate, longest, gradients):
        length = torch.stack([gradient.norm() for gradient in gradients]).norm().item()
        return self.share * min(rate, longest / (length + 1e-20))

    def untouched(self):
        return ~self.touched

    def state(self):
        return {"touched": self.touched}

    def restore(self, state):
        self.touched.copy_(state["touched"])


def linear_weights(network):
    return [*network.hidden.parameters(), *network.output.parameters()]


class RowAdagrad(torch.optim.Optimizer):
    """Adagrad with one number a table row. Steps only the rows that a batch touched, each by the root of its own summed
    squared gradients.

    A rare n-gram's row so takes larger steps than a common one's, and a step costs what the batch's rows
    cost rather than what the table costs, which is ten times as many rows or more.
    """

    def __init__(self, table, lr):
        super().__init__([table], {"lr": lr})
        self.state[table]["squares"] = torch.zeros(len(table))

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            for table in group["params"]:
                gradient = table.grad.coalesce()
                rows, values = gradient.indices()[0], gradient.values()
                squares = self.state[table]["squares"]
                squares[rows] += values.square().mean(1)
                scale = -group["lr"] * squares[rows].add(1e-20).rsqrt()
                table.index_add_(0, rows, values * scale.unsqueeze(1))
