"""Writes openpyxl.xlsx, by hand: python record_workbook.py, with openpyxl 3.1 installed."""

import datetime as dt
from pathlib import Path

import openpyxl

book = openpyxl.Workbook()
runs = book.active
runs.title = "runs"
monday = dt.datetime(2026, 3, 2, 8, 0, 0, 123000)
runs.append([None, "lr", "bs", "start", "acc", "ok", "dur", "f"])
runs.append(["merged", 0.1, 64, monday, 0.8123456789012345, True, dt.timedelta(hours=26, minutes=30), "=1+1"])
runs.append([None, 1e-7, 64.5, monday.replace(microsecond=0), float("nan"), False, dt.time(10, 30), "=B2"])
runs.append([])
runs.append(["x", "1e-3", "007", monday.date(), ">1000", None, 1.5, "n/a"])
runs.append(["x", 1e300, 123456789012345678, "2026-03-02 08:00:00", "#N/A", None, 0.1 + 0.2, "  blank "])
runs.merge_cells("A2:A3")
book.create_sheet("notes")
moved = book.create_sheet("moved")
moved["C5"], moved["D5"] = "lr", "acc"
moved["C6"], moved["D6"], moved["C8"] = 0.1, 3, 4
book.save(Path(__file__).with_name("openpyxl.xlsx"))
