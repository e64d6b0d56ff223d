"""Access by credentials, through boto3's own parts. They are imported only where S3 is used at all."""

import json
import os
from dataclasses import dataclass, field

from ..errors import InputError, StorageError
from . import transfer
from .body import Body, extent
from .faults import of_answer, of_connection
from .place import Place
from .renewal import Renewed, seconds_of

# Larger files go up in parts: a part that fails is sent again, not the whole.
PART = 64 << 20


@dataclass(frozen=True)
class Credentials:
    access_key: str
    secret_key: str = field(repr=False)
    token: str | None = field(repr=False)
    expires: float | None


def from_environment():
    expires = os.environ.get("ORCA_CREDENTIALS_EXPIRE")
    try:
        return Credentials(os.environ["AWS_ACCESS_KEY_ID"], os.environ.get("AWS_SECRET_ACCESS_KEY", ""),
                           os.environ.get("AWS_SESSION_TOKEN") or None, seconds_of(expires) if expires else None)
    except ValueError:
        raise InputError(f"ORCA_CREDENTIALS_EXPIRE is '{expires}'; it must be a time such as 2026-01-31T12:00:00Z.") from None


def from_document(content, place, name):
    """Renewed ones, in the form that AWS' credential_process has too."""
    try:
        document = json.loads(content)
        return Credentials(document["AccessKeyId"], document["SecretAccessKey"], document["SessionToken"],
                           seconds_of(document["Expiration"]))
    except (ValueError, KeyError, TypeError):
        raise StorageError(f"{place.describe(name)} has no credentials in the expected form.") from None


class CredentialAccess:
    """Opens and puts objects by credentials that are renewed in the background."""

    def __init__(self, first):
        address = os.environ.get("ORCA_CREDENTIALS_OBJECT")
        if address:
            whole = Place.at("credentials", "ORCA_CREDENTIALS_OBJECT", address)
            folder, _, self._document = whole.prefix.rpartition("/")
            self._place = Place(whole.part, whole.bucket, folder)
        self._credentials = Renewed(first, self._fetch, "credentials for S3")
        self._client = _client(self._credentials)
        if address:
            self._credentials.start()

    def _fetch(self):
        return from_document(transfer.read_once(self, self._place, self._document), self._place, self._document)

    def open(self, place, name, offset=0):
        part = {"Range": f"bytes={offset}-"} if offset else {}
        answer = self._do("read", place, name,
                          lambda: self._client.get_object(Bucket=place.bucket, Key=place.key(name), **part))
        headers = answer["ResponseMetadata"]
        start, total = extent(headers["HTTPStatusCode"], answer.get("ContentLength"), answer.get("ContentRange"))
        return Body(answer["Body"], start, total, lambda error: of_connection("read", place, name, error))

    def put(self, place, name, file):
        from s3transfer.manager import TransferConfig, TransferManager

        config = TransferConfig(multipart_threshold=PART, multipart_chunksize=PART, max_request_concurrency=2)
        with TransferManager(self._client, config) as manager:
            self._do("written", place, name, lambda: manager.upload(str(file), place.bucket, place.key(name)).result())

    def names(self, place):
        """None: credentials of a training can't list."""
        return None

    def _do(self, action, place, name, request):
        from botocore import exceptions

        try:
            return request()
        except exceptions.ClientError as error:
            raise of_answer(action, place, name, error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0),
                            error.response.get("Error", {}).get("Code")) from None
        except (exceptions.ParamValidationError, exceptions.DataNotFoundError) as error:
            raise StorageError(f"{place.describe(name)} could not be {action} ({type(error).__name__}).") from None
        except (exceptions.BotoCoreError, ConnectionError, TimeoutError) as error:
            raise of_connection(action, place, name, error) from None


def _client(credentials):
    try:
        import botocore.session
        from botocore.config import Config
        from botocore.credentials import CredentialProvider, CredentialResolver
        from botocore.credentials import Credentials as Fixed
        from botocore.credentials import ReadOnlyCredentials
    except ImportError:
        raise InputError("The dataset or the output is on S3, but this image does not have boto3: "
                         "install Debian's python3-boto3 or PyPI's boto3 in the image.") from None

    class Newest(Fixed):
        """Each request is signed with the newest ones."""

        def get_frozen_credentials(self):
            newest = credentials.current
            return ReadOnlyCredentials(newest.access_key, newest.secret_key, newest.token)

    class Provider(CredentialProvider):
        METHOD = "orca"

        def load(self):
            newest = credentials.current
            return Newest(newest.access_key, newest.secret_key, newest.token)

    session = botocore.session.Session()
    session.register_component("credential_provider", CredentialResolver([Provider()]))
    return session.create_client(
        "s3", region_name=os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION") or "us-east-1",
        endpoint_url=os.environ.get("AWS_ENDPOINT_URL") or None,
        config=Config(
            signature_version="s3v4", s3={"addressing_style": "path"}, connect_timeout=10, read_timeout=60,
            retries={"mode": "standard", "total_max_attempts": 3}, max_pool_connections=8,
            # Checksums that came with 2025 are refused by servers from before; sizes and SHA-256 are ours anyway.
            request_checksum_calculation="when_required", response_checksum_validation="when_required"))
