"""The data dictionary: tables, views and columns with their meaning, and the way from file to figure."""

from collections.abc import Mapping

import polars as pl

from reports.charts.lineage import headers, lineage
from reports.pages.page import Files, Link, Page
from reports.tables.tables import Column, Results, table
from reports.text.numbers import number
from reports.text.slugs import slug

QUERIES = ("dictionary_relations", "dictionary_columns")


def dictionary_page(
    results: Results,
    sources: Mapping[str, str],
    examples: Mapping[str, str],
) -> Files:
    """dictionary.html.

    `sources` is the text of every file below sql/ by its path without ending; `examples` maps questions to queries.
    """
    page = Page("", "dictionary.html", results)
    heads = headers(sources)
    figure, rows = lineage(heads)
    page.rows |= rows
    columns = results["dictionary_columns"].frame
    kinds = []
    for kind, title in (("view", "Views"), ("table", "Tables")):
        relations = []
        for row in results["dictionary_relations"].frame.filter(pl.col("kind") == kind).iter_rows(named=True):
            head = heads.get(f"{kind}s/{row['relation']}")
            relations.append(
                {
                    "id": f"relation-{slug(row['relation'])}",
                    "name": row["relation"],
                    "comment": row["comment"] or "",
                    "grain": f"One row per {head.grain}." if head else "",
                    "reads": ", ".join(head.reads) if head else "",
                    "columns": page.table(
                        table(
                            f"columns-{slug(row['relation'])}",
                            f"Columns of {row['relation']}",
                            columns.filter(pl.col("relation") == row["relation"]),
                            [
                                Column("column_name", "column", "code"),
                                Column("data_type", "type", "code"),
                                Column("comment", "meaning", "prose"),
                            ],
                            "",
                        )
                    ),
                }
            )
        kinds.append({"id": f"{kind}s", "title": title, "relations": relations})
    relations_count = results["dictionary_relations"].frame.height
    return page.html(
        "dictionary.html.j2",
        trail=[Link("Dictionary", "dictionary.html")],
        contents=[
            Link("From file to figure", "#lineage"),
            Link("Queries to begin with", "#examples"),
            Link("Views", "#views"),
            Link("Tables", "#tables"),
        ],
        lead=f"The {number(relations_count, 0)} tables and views of the warehouse, and what each of their columns means.",
        lineage=page.figure(figure),
        examples=[{"question": question, "sql": sql} for question, sql in examples.items()],
        kinds=kinds,
    )
