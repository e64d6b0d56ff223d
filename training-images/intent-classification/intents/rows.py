"""A CSV file's bytes as rows: RFC 4180 with any line ends, strict about quotes."""

import csv
import io

from orca import InputError

# What Unicode calls white space; str.strip() also takes U+001C to U+001F, which are control characters.
WHITE = "\t\n\v\f\r \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000"


def rows(name, content):
    """Pairs of the line on which a row starts and its fields. Lines of white space alone are passed over."""
    reader = csv.reader(io.StringIO(_text(name, content), newline=None), strict=True)
    line = 1
    while True:
        try:
            fields = next(reader, None)
        except csv.Error as error:
            raise InputError(f"{name}, line {line}: {_reason(str(error))}") from None
        if fields is None:
            return
        if any("\0" in field for field in fields):
            raise InputError(f"{name}, line {line}: it contains a NUL character.")
        if fields and (len(fields) > 1 or fields[0].strip(WHITE)):
            yield line, fields
        line = reader.line_num + 1


def _text(name, content):
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise InputError(f"{name}, line {line}: byte 0x{content[error.start]:02x} is not UTF-8.") from None


def _reason(said):
    if "expected after" in said:
        return "after the quote that ends a field comes neither a comma nor the end of the line; a quote within a field is doubled."
    if "unexpected end" in said:
        return "a field that begins with a quote has no quote at its end."
    if "field larger" in said:
        return f"a field has more than {csv.field_size_limit():,} characters; is a quote missing at its end?"
    return f"{said}."
