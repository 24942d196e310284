"""Opens a workbook with openpyxl, enters values and saves it under another name.

    fill_in.py BOOK SAVED < ENTRIES

ENTRIES is a JSON list of [sheet, cell, value]; a value {"date": "2026-12-31"} is entered as a
day. What openpyxl saw before it entered anything is printed as JSON.
"""

import datetime
import json
import sys

import openpyxl


def seen(sheet):
    cells = [cell for row in sheet.iter_rows() for cell in row if cell.value is not None]
    return {
        "name": sheet.title,
        "frozen": sheet.freeze_panes,
        "filter": sheet.auto_filter.ref,
        "choices": [[str(v.sqref), v.type, v.formula1] for v in sheet.data_validations.dataValidation],
        "formulas": [cell.coordinate for cell in cells if cell.data_type == "f"],
        "links": [cell.coordinate for cell in cells if cell.hyperlink],
        "bold": [cell.coordinate for cell in cells if cell.font.b],
        "cells": {cell.coordinate: cell.value for cell in cells},
    }


def main():
    book_path, saved_path = sys.argv[1:]
    book = openpyxl.load_workbook(book_path)
    json.dump([seen(sheet) for sheet in book.worksheets], sys.stdout)
    for sheet, cell, value in json.load(sys.stdin):
        if isinstance(value, dict):
            value = datetime.date.fromisoformat(value["date"])
        book[sheet][cell].value = value
    book.save(saved_path)


main()
