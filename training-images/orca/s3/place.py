"""Places on S3, under the names that people know them by."""

from dataclasses import dataclass

from ..errors import InputError

SCHEME = "s3://"


@dataclass(frozen=True)
class Place:
    """All objects of a bucket whose keys begin with the prefix and a slash."""

    part: str  # "data", "model", "output" or "checkpoint", as a document of presigned URLs calls it
    bucket: str
    prefix: str

    @staticmethod
    def of(part, bucket, prefix):
        return Place(part, bucket, prefix.strip("/"))

    @staticmethod
    def at(part, variable, address):
        """The place at an address such as s3://bucket/prefix, which a variable holds."""
        bucket, _, prefix = address.removeprefix(SCHEME).partition("/")
        if not address.startswith(SCHEME) or not bucket or not prefix.strip("/"):
            raise InputError(f"{variable} is '{address}'; it must be an address such as s3://bucket/prefix.")
        return Place.of(part, bucket, prefix)

    def key(self, name):
        return f"{self.prefix}/{name}"

    def describe(self, name):
        return f"'{self.key(name)}' in bucket '{self.bucket}'"


def is_address(path):
    return path.startswith(SCHEME)
