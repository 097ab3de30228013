"""Malformed CSV and TSV."""

from __future__ import annotations

from tests.data.bad.case import Case

_HEAD = b"input,output\n"
_EMPTY = ("", "The data file is empty.")
_UNCLOSED = "A quotation mark that opens in this row is never closed"
CASES = [
    Case("an empty table", "a.csv", b"", fails=_EMPTY),
    Case("a table of a header alone", "a.csv", _HEAD, fails=_EMPTY),
    Case("a table of empty lines", "a.tsv", b"\n\n\n", fails=_EMPTY),
    Case("a cell too many", "a.csv", _HEAD + b"1,2\n1,2,3\n1,2\n", ((":3", "has 3 cells, the header 2: input, output"),), good=2),
    Case("a cell too few", "a.csv", _HEAD + b"1,2\n1\n1,2\n", ((":3", "has 1 cells, the header 2"),), good=2),
    Case("a cell too many, by tabs", "a.tsv", b"input\toutput\n1\t2\n1\t2\t3\n", ((":3", "has 3 cells"),), good=1),
    Case("a comma in a cell without quotes", "a.csv", _HEAD + b"1,2\nwell, yes,2\n", ((":3", "has 3 cells"),), good=1),
    Case("two columns of one name", "a.csv", b"input,input\n1,2\n", fails=(":1", "The column input stands twice")),
    Case("two columns without a name", "a.csv", b"input,,\n1,2,3\n", fails=(":1", 'The column "" stands twice')),
    Case("text behind a quoted cell", "a.csv", _HEAD + b'1,2\n"1"x,2\n1,2\n', ((":3", "The row is not CSV"),), good=2),
    Case("a quoted cell without an end", "a.csv", _HEAD + b'1,2\n"1,2\n1,2\n', ((":3", _UNCLOSED),), good=1),
    Case("a header without an end", "a.csv", b'"input,output\n1,2\n', fails=(":1", _UNCLOSED)),
    Case("unknown columns", "a.csv", b"frage,antwort\n1,2\n", fails=(":1", "cannot be recognised from these columns: frage")),
    Case("a row after a cell of two lines", "a.csv", _HEAD + b'"1\n1",2\n1\n', ((":4", "has 1 cells"),), good=1),
    Case("messages that are no JSON", "a.csv", b'messages\n"[{""role"": ""user""]"\n', (
        (":2:messages", "The cell is not JSON: a comma or a closing bracket"),
    ), fails=("", "No row of the file can be read.")),
    Case("messages as Python writes them", "a.csv", b"messages\n\"[{'role': 'user', 'content': 'Q'}]\"\n", (
        (":2:messages", "The cell is not JSON: the name of a column"),
    ), fails=("", "No row of the file can be read.")),
    Case("NaN in a cell of JSON", "a.csv", b"input_ids\n\"[1, NaN]\"\n", ((":2:input_ids[1]", "NaN is no number"),), fails=("", "No row")),
    Case("messages of text", "a.csv", b"messages\nhello\n", ((":2:messages", "not JSON: a value is missing"),), fails=("", "No row")),
    Case("messages that are a number", "a.csv", b"messages\n5\n", ((":2:messages", "must be a list of messages"),), format="openai"),
    Case("a broken history", "a.csv", b'instruction,output,history\na,b,"[[""q"",]]"\n', (
        (":2:history", "The cell is not JSON"),
    ), fails=("", "No row of the file can be read.")),
    Case("a history that is no list of pairs", "a.csv", b'instruction,output,history\na,b,"[""q""]"\nc,d,[]\n', (
        (":2:history[0]", "history is a list of question and answer pairs"),
    ), good=1),
]  # fmt: skip
