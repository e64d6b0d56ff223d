import email
import json
import unittest

from orca.errors import StorageError
from orca.s3.presigned import Document, form_around


class Forms(unittest.TestCase):
    def test_the_file_is_the_last_field(self):
        head, tail = form_around({"policy": "abc", "x-amz-signature": "def", "key": "runs/7/modèle.pt"}, "edge")
        form = email.message_from_bytes(
            b"Content-Type: multipart/form-data; boundary=edge\r\n\r\n" + head + b"weights\r\n--edge" + tail.removeprefix(b"\r\n--edge"))
        fields = [(part.get_param("name", header="content-disposition"), part.get_payload(decode=True)) for part in form.get_payload()]
        self.assertEqual([name for name, _ in fields], ["policy", "x-amz-signature", "key", "file"])
        self.assertEqual(dict(fields)["key"].decode(), "runs/7/modèle.pt")

    def test_to_the_byte(self):
        head, tail = form_around({"key": "k"}, "edge")
        self.assertEqual(head, b'--edge\r\nContent-Disposition: form-data; name="key"\r\n\r\nk\r\n'
                               b'--edge\r\nContent-Disposition: form-data; name="file"; filename="file"\r\n'
                               b"Content-Type: application/octet-stream\r\n\r\n")
        self.assertEqual(tail, b"\r\n--edge--\r\n")


class Documents(unittest.TestCase):
    CONTENT = {"version": 1, "expires": "1970-01-01T00:01:00Z", "self": "http://h/doc?X-Amz-Signature=s",
               "data": {"examples.csv": "http://h/a"}, "output": {"url": "http://h/b", "fields": {}, "prefix": "1/output/"},
               "checkpoint": {"read": {"last": "http://h/c"}, "write": {"url": "http://h/b", "fields": {}, "prefix": "c/"}}}

    def test_each_part_has_its_urls(self):
        document = Document.of(json.dumps(self.CONTENT))
        self.assertEqual(document.expires, 60)
        self.assertEqual(document.readable("data"), {"examples.csv": "http://h/a"})
        self.assertEqual(document.readable("checkpoint"), {"last": "http://h/c"})
        self.assertEqual(document.readable("model"), {})
        self.assertEqual(document.form("output")["prefix"], "1/output/")
        self.assertEqual(document.form("checkpoint")["prefix"], "c/")
        self.assertNotIn("Signature", repr(document))

    def test_another_form_is_told_without_its_content(self):
        for content in ("no JSON ?X-Amz-Signature=s", json.dumps(self.CONTENT | {"version": 2}), "[]"):
            with self.subTest(content), self.assertRaises(StorageError) as caught:
                Document.of(content)
            self.assertEqual(str(caught.exception), "The document of presigned URLs does not have the expected form.")
