"""Tables of text: every cell as it stands, every line that is none by name."""

import csv
import gzip
import io

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flows.reading.records.rows import Problem, Records, Shape, read_records


def read(text: str | bytes, *wanted: str, name: str = "x.csv", **shape: object) -> Records:
    content = text if isinstance(text, bytes) else text.encode()
    return read_records(content, name, wanted, Shape(**shape))  # type: ignore[arg-type]


def cells(text: str | bytes, *wanted: str, name: str = "x.csv", **shape: object) -> list[tuple[object, ...]]:
    """Line and cells of every row of a table without a problem."""
    records = read(text, *wanted, name=name, **shape)
    assert records.problems == ()
    assert records.frame["element"].to_list() == sorted(records.frame["element"])
    return records.frame.select("line", *wanted).rows()


def told(records: Records) -> list[tuple[str, int | None, str]]:
    return [(problem.code, problem.line, problem.found) for problem in records.problems]


def test_a_table_is_lines_with_a_text_for_every_column_that_is_wanted() -> None:
    records = read("id,lr,acc\na,1e-3,0.50\nb,0.010,64\n", "acc", "lr")
    assert records.frame.rows() == [(2, 1, 1, "0.50", "1e-3"), (3, 2, 1, "64", "0.010")]
    assert records.frame.schema == {
        "line": pl.Int64(), "element": pl.Int64(), "item": pl.Int64(), "acc": pl.String(), "lr": pl.String()
    }  # fmt: skip
    assert records.columns == ("id", "lr", "acc")
    assert records.problems == ()


# The table of traps at the end of notes/formats.md, one after the other.


def test_a_semicolon_and_a_decimal_comma() -> None:
    assert cells("a;b\n64,25;1\n", "a", "b") == [(2, "64,25", "1")]


def test_a_tab_without_stating_it() -> None:
    assert cells("a\tb\n1\t2 3\n", "b", name="x.tsv") == [(2, "2 3")]
    assert cells("a\tb\n1\t2\n", "b", name="x.txt") == [(2, "2")]


@pytest.mark.parametrize(
    "text", ["+1", "-1", "T", "yes", "10:30", "1:2:1", "01-02-03", "03/04/2024", "007", "0x10", "2.75"]
)
def test_no_type_is_guessed(text: str) -> None:
    assert cells(f"a,b\n1,{text}\n", "b") == [(2, text)]


def test_not_a_number_in_an_early_row() -> None:
    assert cells("a\nnan\n0.5\nNaN\n-inf\n", "a") == [(2, "nan"), (3, "0.5"), (4, "nan"), (5, "-inf")]


def test_missing_in_its_spellings_unless_it_is_a_level() -> None:
    text = "lr,compression\nNA,None\nn/a,NA\n,gzip\n"
    assert cells(text, "lr") == [(2, None), (3, None), (4, None)]
    records = read_records(text.encode(), "x.csv", ["lr", "compression"], literal=["compression"])
    assert records.frame["compression"].to_list() == ["None", "NA", "gzip"]


def test_blanks_after_the_comma() -> None:
    assert cells("a, b\n1, 2\n 3 ,\t4\n", "a", "b") == [(2, "1", "2"), (3, "3", "4")]


def test_a_comment_at_the_end() -> None:
    assert cells("a,b\n1,2\n# done in 3 s\n", "a") == [(2, "1")]
    assert cells("a,b\n#1,2\n", "a") == [(2, "#1")]


def test_an_index_column_without_a_name() -> None:
    assert cells(",a\n0,x\n1,y\n", "", "a") == [(2, "0", "x"), (3, "1", "y")]
    assert cells(",a,\n0,x,\n", "a") == [(2, "x")]


def test_a_fraction_after_thousands_of_whole_numbers() -> None:
    text = "a\n" + "2\n" * 20_000 + "2.75\n"
    assert cells(text, "a")[-1] == (20_002, "2.75")


# Lines and headers.


def test_ragged_lines_are_named_once_with_a_count_and_the_others_are_kept() -> None:
    records = read("a,b\n1,2\n3\n4,5\n6,7,8\n9\n10,\n", "a", "b")
    assert records.frame.select("line", "a", "b").rows() == [(2, "1", "2"), (4, "4", "5"), (7, "10", None)]
    assert told(records) == [("Q323", 3, "1 cells, '3' (and 2 more like it)")]


def test_a_short_line_among_quoted_ones_is_told_from_an_empty_last_cell() -> None:
    records = read('a,b,c\n"x,y",1,\n"z",2\n', "a", "c")
    assert records.frame.select("line", "a", "c").rows() == [(2, "x,y", None)]
    assert told(records) == [("Q323", 3, "2 cells, 'z,2'")]


def test_lines_are_numbered_over_quoted_line_breaks_and_blank_lines() -> None:
    text = 'a,b\n1,"x\ny"\n\n2,z\n"3","say ""no"""\n'
    assert cells(text, "a", "b") == [(2, "1", "x\ny"), (5, "2", "z"), (6, "3", 'say "no"')]


def test_a_quote_that_is_never_closed_is_named_where_it_opens() -> None:
    records = read('a,b\n1,2\n3,"4\n5,6\n', "a")
    assert records.frame["a"].to_list() == ["1"]
    assert told(records) == [("Q323", 3, "a quote that is never closed")]


def test_a_header_below_a_title_is_named_by_its_line() -> None:
    text = "Results of Monday\n\nlr,acc\n0.1,3\n"
    assert cells(text, "acc", header=3) == [(4, "3")]
    assert told(read(text, "acc")) == [("Q324", None, "the columns 'Results of Monday'")]


def test_a_header_may_hold_quoted_line_breaks() -> None:
    assert cells('"a\nb",c\n1,2\n', "c") == [(3, "2")]


def test_a_table_without_a_header_has_numbers_for_names() -> None:
    assert cells("# started on Sat Nov 28\n\n12,,cycles\n34,,instructions\n", "1", "3", header=0) == [
        (3, "12", "cycles"), (4, "34", "instructions")
    ]  # fmt: skip


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_ends_of_every_system(end: str) -> None:
    assert cells(end.join(["a,b", "1,2", "3,4"]), "b") == [(2, "2"), (3, "4")]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_encodings_that_say_so(encoding: str) -> None:
    assert cells("ä,b\nö,1\n".encode(encoding), "ä") == [(2, "ö")]


def test_columns_aligned_by_blanks() -> None:
    text = (
        "NAME            READY   STATUS\ntrainjob-1-0     1/1     Running\ntrainjob-2-0     0/1     Error\n"
    )
    assert cells(text, "NAME", "STATUS", name="pods.txt") == [
        (2, "trainjob-1-0", "Running"), (3, "trainjob-2-0", "Error")
    ]  # fmt: skip


def test_a_packed_table_is_unpacked() -> None:
    assert cells(gzip.compress(b"a,b\n") + gzip.compress(b"1,2\n"), "b", name="x.csv.gz") == [(2, "2")]


def test_blank_lines_of_a_single_column_are_no_rows() -> None:
    assert cells("a\n1\n\n2\n", "a") == [(2, "1"), (4, "2")]
    assert cells('a\n1\n""\n2\n', "a") == [(2, "1"), (3, None), (4, "2")]


def test_a_wide_header_is_read_whole() -> None:
    names = [f"gene_{i:06d}" for i in range(20_000)]
    text = ",".join(names) + "\n" + ",".join(map(str, range(20_000))) + "\n"
    assert cells(text, names[-1]) == [(2, "19999")]
    assert len(read(text, names[0]).columns) == 1_000


# Which columns.


def test_a_name_as_it_is_wins_over_a_path() -> None:
    text = "a.b,a | c,c,env[name=LR].value\n1,2,3,4\n"
    assert cells(text, "a.b", '"a.b"', "a | c", "c", "env[name=LR].value") == [(2, "1", "1", "2", "3", "4")]


def test_a_second_column_is_looked_at_where_the_first_is_missing() -> None:
    assert cells("a,b\n1,2\n,3\nNA,4\n", "a | b", "x | b") == [(2, "1", "2"), (3, "3", "3"), (4, "4", "4")]


def test_a_column_that_is_missing_is_told_with_the_nearest() -> None:
    records = read("lr,accuracy\n1,2\n", "lr", "Acuracy")
    assert records.frame.select("lr", "Acuracy").rows() == [("1", None)]
    assert records.problems == (
        Problem(
            None, "Q324", "the columns 'lr', 'accuracy'", "the column 'Acuracy'",
            "Perhaps 'accuracy' is meant. Correct the study file or the file.",
        ),
    )  # fmt: skip


def test_two_columns_of_one_name_are_refused() -> None:
    assert told(read("a,b,a\n1,2,3\n", "b")) == [("Q325", 1, "2 columns 'a'")]
    assert told(read("a,,\n1,2,3\n", "")) == [("Q325", 1, "2 columns ''")]
    assert cells("a,,\n1,2,3\n", "a") == [(2, "1")]


def test_a_path_named_as_a_place_is_asked_for_in_quotes() -> None:
    with pytest.raises(ValueError, match="in quotes"):
        read("line,b\n1,2\n", "line")
    assert read("line,b\n7,2\n", '"line"').frame.rows() == [(2, 1, 1, "7")]


# Which separator.


def test_a_separator_that_two_could_be_is_asked_for() -> None:
    text = "a,b;c\n1,2;3\n"
    assert told(read(text, "a")) == [("Q325", 1, "lines that comma and semicolon part alike")]
    assert cells(text, "c", separator=";") == [(2, "3")]
    assert cells(text, "b;c", separator=",") == [(2, "2;3")]


def test_a_table_of_one_column_may_hold_commas() -> None:
    assert cells("a\n1,5\n2,5\n", "a") == [(2, "1,5"), (3, "2,5")]


def test_a_separator_in_one_name_does_not_mislead() -> None:
    assert cells('"time, s";b\n1;2\n3;4\n', "time, s") == [(2, "1"), (3, "3")]
    assert cells("time (s|ms),b\n1,2\n3,4\n", "b") == [(2, "2"), (3, "4")]


# Which rows.


def test_where_compares_as_levels_are_compared() -> None:
    text = "step,Name,acc\n1,a,0.1\n2.0,b,0.2\n3,B,\n"
    assert cells(text, "acc", where={"step": "2"}) == [(3, "0.2")]
    assert cells(text, "acc", where={"Name": "b"}) == [(3, "0.2")]
    assert cells(text, "step", where={"acc": "*"}) == [(2, "1"), (3, "2.0")]
    assert cells(text, "step", where={"acc": "*", "Name": "a"}) == [(2, "1")]


def test_the_first_or_last_row_that_is_left_is_taken() -> None:
    text = "step,acc\n1,\n2,0.2\n3,0.3\n4,\n"
    assert cells(text, "acc", where={"acc": "*"}, take="first") == [(3, "0.2")]
    assert cells(text, "acc", where={"acc": "*"}, take="last") == [(4, "0.3")]
    assert cells(text, "acc", take="last") == [(5, None)]


def test_no_rows_are_told() -> None:
    assert told(read("", "a")) == [("Q324", None, "an empty file")]
    assert told(read("a,b\n", "a")) == [("Q324", None, "no rows")]
    assert told(read("a,b\n1,2\n", "a", where={"b": "3"})) == [("R115", None, "none of 1 rows with b = 3")]
    assert [code for code, _, _ in told(read("a,b\n1,2\n", "a", where={"c": "3"}))] == ["Q324"]
    assert told(read("a,b\n1,2\n", "a", header=9))[0][:2] == ("Q324", None)


@pytest.mark.parametrize(
    "text",
    [
        "# host: a\n\na,b\n1,2\n",
        "\na,b\n1,2\n",
        "# a,b\n1,2\n",  # as numpy.savetxt writes it with header="a,b"
        "# host: a\n# a,b\n1,2\n",
    ],
)
def test_the_names_stand_below_comments_or_in_the_last_of_them(text: str) -> None:
    assert [value for _, value in cells(text, "b")] == ["2"]


def test_names_of_several_lines_are_joined_as_pandas_writes_them() -> None:
    # pandas.DataFrame.groupby(["lr", "bs"]).agg(["mean", "std"]).to_csv(), and the same with merged cells
    below = "0.1,32,71.5,0.25,310.5\n"
    for top in (",,acc,acc,time", ",,acc,,time"):
        text = f"{top}\n,,mean,std,mean\nlr,bs,,,\n{below}"
        frame = read(text, "lr", "acc.mean", "acc.std", "time.mean", header=(1, 2, 3)).frame
        assert frame.row(0)[3:] == ("0.1", "71.5", "0.25", "310.5")


# What is no table.


@pytest.mark.parametrize(
    ("content", "name", "code"),
    [
        (b"a,b\n1,\xff\n", "x.csv", "Q325"),
        (b"\x1f\x8b\x08garbage", "x.csv.gz", "Q325"),
        (gzip.compress(b"a,b\n1,2\n")[:-6], "x.csv.gz", "Q325"),
        (gzip.compress(b"a\n" + b"0" * (600 << 20), 1), "x.csv.gz", "Q316"),
        (b"a,b\n1,2\n", "x.docx", "Q325"),
        (b"a,b\n1," + b"x" * 200_000 + b'"\n3,"4\n', "x.csv", "Q323"),
        (b'"' + b"a" * 70_000, "x.csv", "Q325"),
        (b"a" * 2_000_000, "x.csv", "Q325"),
        (b"\n \n", "x.csv", "Q324"),
    ],
    ids=range(9),
)
def test_what_is_no_table_is_told_and_never_raised(content: bytes, name: str, code: str) -> None:
    records = read(content, "a", name=name)
    assert code in {problem.code for problem in records.problems}
    assert all(problem.found and problem.expected and problem.remedy for problem in records.problems)


def test_lines_that_begin_as_a_packed_file_are_text() -> None:
    """Polars would unpack them."""
    text = b"x\x01,2\n"
    assert cells(b"a,b\n" + text, "a", "b") == [(2, "x\x01", "2")]
    records = read(b"a\n" + gzip.compress(b"0" * 1_000_000), "a")
    assert [(problem.code, problem.found) for problem in records.problems] == [("Q325", "the byte 0x8B")]


def test_rows_of_trees_are_not_asked_of_tables() -> None:
    assert told(read("a\n1\n", "a", rows="results")) == [
        ("Q325", None, "`rows`, `each` or `product` for a table")
    ]


TEXTS = st.text(st.sampled_from('ab ,;"\n1.x'), max_size=5)


@settings(deadline=None, max_examples=300)
@given(
    st.integers(1, 4).flatmap(
        lambda width: st.lists(st.lists(TEXTS, min_size=width, max_size=width), min_size=1)
    )
)
def test_what_python_writes_is_read_back(table: list[list[str]]) -> None:
    names = [f"c{i}" for i in range(len(table[0]))]
    file = io.StringIO()
    csv.writer(file, lineterminator="\n").writerows([names, *table])
    expected = [tuple(cell.strip() or None for cell in row) for row in table]
    assert read(file.getvalue(), *names, separator=",").frame.select(names).rows() == expected


@settings(deadline=None, max_examples=300)
@given(
    st.binary(max_size=60),
    st.sampled_from(["x.csv", "x.tsv", "x.txt", "x.json", "x.jsonl", "x.yaml", "x.toml"]),
)
def test_no_bytes_raise(content: bytes, name: str) -> None:
    read(content, "a", "b", name=name)
    read(b"a,b\n1,2\n" + content, "a", "b", name=name)
    read(b'{"a": 1}\n' + content, "a", "b", name=name)


# Text that was made for people, or by R.


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("| a | b |\n|---|:-:|\n| 1 | x |\n\nSee above.\n", "x.md"),
        ("  a  b\n---  ---\n  1  x\n", "x.txt"),
        (" a | b \n---+---\n 1 | x \n", "x.out"),
        ("+---+---+\n| a | b |\n+---+---+\n| 1 | x |\n+---+---+\n", "x.txt"),
    ],
    ids=["markdown", "tabulate", "psql", "mysql"],
)
def test_drawn_tables_are_read_by_their_cells(text: str, name: str) -> None:
    assert [row[1:] for row in cells(text, "a", "b", name=name)] == [("1", "x")]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        # write.table(data.frame(a = 1:2, b = c("x y", "z"))) of R
        ('"a" "b"\n"1" 1 "x y"\n"2" 2 "z"\n', "x.txt"),
        ('"a","b"\n"1",1,"x y"\n"2",2,"z"\n', "x.csv"),
        ("a\tb\n1\t1\tx y\n2\t2\tz\n", "x.tsv"),
    ],
    ids=["blanks", "quoted", "tabs"],
)
def test_names_of_rows_have_a_column_without_a_name(text: str, name: str) -> None:
    assert cells(text, "a", "b", name=name) == [(2, "1", "x y"), (3, "2", "z")]


def test_a_decimal_comma_between_commas_is_no_name_of_a_row() -> None:
    """`0,5` in one column gives every row a cell more: which, nobody can tell."""
    records = read("a,b\n1,0,5\n2,0,6\n", "a", "b")
    assert [problem.code for problem in records.problems] == ["Q323", "Q324"]


def test_a_separator_behind_the_last_cell_makes_no_column() -> None:
    assert cells("a|b\n1|x|\n2|y|\n", "a", "b", separator="|") == [(2, "1", "x"), (3, "2", "y")]


def test_names_that_stand_again_are_no_row() -> None:
    assert cells("a,b\n1,x\na,b\n2,y\n", "a", "b") == [(2, "1", "x"), (4, "2", "y")]
    assert cells("a,b\n1,x\na,y\n", "a", "b") == [(2, "1", "x"), (3, "a", "y")]


def test_runs_side_by_side_are_rows() -> None:
    text = ";r1;r2\na;1;2\nb;0,5;0,6\n"
    assert cells(text, "a", "b", is_turned=True) == [(2, "1", "0,5"), (3, "2", "0,6")]


def test_an_encoding_is_what_the_study_says() -> None:
    text = "Kühlung;°C\nan;1\n"
    assert cells(text.encode("cp1252"), "Kühlung", "°C", encoding="cp1252") == [(2, "an", "1")]
    records = read(text.encode("cp1252"), "Kühlung")
    assert [(each.code, each.line) for each in records.problems] == [("Q325", 1)]
    records = read(b"a\n\x81\n", "a", encoding="cp1252")
    assert [(each.code, each.line, each.expected) for each in records.problems] == [("Q325", 2, "cp1252")]


def test_where_asks_for_what_is_missing() -> None:
    text = "a,error\n1,\n2,out of memory\n3,NA\n"
    assert cells(text, "a", where={"error": ""}) == [(2, "1"), (4, "3")]


@pytest.mark.parametrize("written", ["utf-8-sig", "utf-16"])
def test_a_mark_says_more_of_an_encoding_than_the_study(written: str) -> None:
    text = "Kühlung,°C\nan,1\n"
    assert cells(text.encode(written), "Kühlung", "°C", encoding="cp1252") == [(2, "an", "1")]


def test_a_mark_that_is_wrong_is_told() -> None:
    content = b"\xef\xbb\xbf" + "K\u00fchlung\nan\n".encode("cp1252")
    (problem,) = read(content, "Kühlung", encoding="cp1252").problems
    assert (problem.line, problem.found, problem.expected) == (
        1,
        "the mark of UTF-8 and the byte 0xFC",
        "utf-8",
    )


def test_comments_above_a_turned_table_are_no_rows() -> None:
    text = "# rig 3, May\n\n# second try\nrun,1,2\nlr,0.1,0.01\n"
    assert cells(text.encode(), "run", "lr", is_turned=True) == [(2, "1", "0.1"), (3, "2", "0.01")]


def test_lines_of_names_and_values_are_the_rows_of_a_report() -> None:
    """As ab and GNU time print them; every row keeps its line."""
    text = (
        "This is a report, of 3 parts\n\nRequests per second:    970.56 [#/sec] (mean)\nLatency (ms):\n"
        "Elapsed (wall clock) time (h:mm:ss or m:ss): 0:01.25\nlr:0.1\n"
    )
    told = cells(text, "1", "2", name="x.txt", header=0, separator=":", is_report=True)
    assert told == [
        (3, "Requests per second", "970.56 #/sec"),
        (5, "Elapsed (wall clock) time (h:mm:ss or m:ss)", "0:01.25"),
        (6, "lr", "0.1"),
    ]
    text = "tps = 1565.2 (without initial connection time)\n"
    assert cells(text, "1", "2", name="x.log", header=0, separator="=", is_report=True) == [
        (1, "tps", "1565.2")
    ]
