#!/usr/bin/python3
"""Draws pages with handwritten digits, with their truth: forms, tables, envelopes, cheques and other kinds.

usage: bench/draw_pages.py --kind KIND|all --count N --out FOLDER [--seed N] [--digits train|test] [--data DATA]
                           [--blank]
example: bench/draw_pages.py --kind all --count 5 --out build/pages

Writes N pictures of each kind, and truth.jsonl with one object a picture: "file", "kind", "options" (for `lenet5
read`), "turned" (degrees, clockwise) and "fields", in reading order, each with "text", "box" (left, top, width, height
in pixels), "row" and "column". Digits are the last 10,000 of MNIST's training digits, or its test digits; marks are
drawn as strokes. --blank leaves out the handwriting. DATA is the folder of MNIST; default: $LENET5_DATA. Other scripts
call draw(kind, rng, digits), which returns the picture and its truth. Needs Debian's python3-pil, python3-numpy,
fontconfig and fonts: whichever of fonts-dejavu, fonts-liberation and fonts-noto-cjk are installed."""
import json
import os

import command_line
import numpy as np

import paper
from paper import PATTERNS, Hand, Sheet

WORDS = ("Name", "Date", "Amount", "Total", "Street", "Town", "Tel.", "No.", "Account", "Signature", "Class", "Points", "Item", "Page",
         "Received", "Invoice", "Customer", "Number", "Postcode", "Delivery", "Mark", "Question", "Meter", "Reading", "Remarks", "Paid")
STREETS = ("High Street", "Mill Lane", "Station Road", "Church Way", "Bahnhofstr.", "Rue du Port", "Hauptstr.", "Via Roma", "Elm Avenue")
TOWNS = ("Springfield", "Neustadt", "Newton", "Villeneuve", "Kingston", "Altdorf", "Rivermouth")
NAMES = ("A. Miller", "J. Smith", "K. Weber", "M. Rossi", "P. Laurent", "S. Novak", "T. Park", "Dr. E. Stone")


class Desk:
    """The resources of a page: random generator, digits, and whether it is blank."""

    def __init__(self, rng, digits, blank):
        self.rng, self.digits, self.blank = rng, digits, blank

    def integer(self, low, high):
        """A random integer from low to high, both included."""
        return int(self.rng.integers(low, high + 1))

    def chance(self, part):
        return self.rng.random() < part

    def number(self, low, high=None):
        """A random number of low to high digits."""
        return "".join(str(digit) for digit in self.rng.integers(0, 10, self.integer(low, high or low)))

    def choose(self, items):
        return items[self.rng.integers(len(items))]

    def hand(self, low=26, high=60):
        return Hand(self.rng, self.integer(low, high))


def fill_cells(sheet, hand, string, cells, row=0):
    """Writes a number, one digit to a cell."""
    sheet.field(string, [sheet.write_in(character, cell, hand) for character, cell in zip(string, cells)], row)


def cells_in_a_row(desk, hand, count, x, y, gap):
    width, height = hand.size * desk.rng.uniform(1.0, 1.35), hand.size * desk.rng.uniform(1.25, 1.6)
    return [(int(x + i * (width + gap)), int(y), int(x + i * (width + gap) + width), int(y + height)) for i in range(count)]


def row_sheet(desk, hand, count):
    """A sheet for a row of cells, and the position of the first."""
    x, y = hand.size * desk.rng.uniform(0.8, 3), hand.size * desk.rng.uniform(0.8, 2.5)
    width = x + count * hand.size * 1.75 + hand.size * desk.rng.uniform(0.8, 8)
    return Sheet(desk, width, y + hand.size * desk.rng.uniform(2.6, 5)), x, y


# ---- Cells ----

def joined(desk):
    hand, count = desk.hand(), desk.integer(3, 9)
    sheet, x, y = row_sheet(desk, hand, count)
    cells = cells_in_a_row(desk, hand, count, x, y, 0)
    xs = [cell[0] for cell in cells] + [cells[-1][2]]
    thick = desk.integer(1, max(2, hand.size // 9))
    sheet.grid(xs, (cells[0][1], cells[0][3]), thick)
    fill_cells(sheet, hand, desk.number(count), cells)
    return sheet, {}


def apart(desk):
    hand, count = desk.hand(), desk.integer(3, 9)
    sheet, x, y = row_sheet(desk, hand, count)
    thick = desk.integer(1, max(2, hand.size // 12))
    if desk.chance(0.3):
        sheet.colour["rule"] = desk.choose(paper.COLOURED)
    cells = cells_in_a_row(desk, hand, count, x, y, max(thick + 3, hand.size * desk.rng.uniform(0.12, 0.4)))
    for cell in cells:
        sheet.frame(cell, thick)
    fill_cells(sheet, hand, desk.number(count), cells)
    return sheet, {}


def comb(desk):
    """A comb: a line with short teeth between the digits."""
    hand, count = desk.hand(), desk.integer(4, 10)
    sheet, x, y = row_sheet(desk, hand, count)
    cells, thick = cells_in_a_row(desk, hand, count, x, y, 0), desk.integer(1, 3)
    foot = cells[0][3]
    sheet.line(cells[0][0], foot, cells[-1][2], foot, thick)
    for place in [cell[0] for cell in cells] + [cells[-1][2]]:
        sheet.line(place, int(foot - hand.size * 0.35), place, foot, thick)
    fill_cells(sheet, hand, desk.number(count), cells)
    return sheet, {}


def dashes(desk):
    hand, count = desk.hand(), desk.integer(4, 9)
    sheet, x, y = row_sheet(desk, hand, count)
    thick = desk.integer(1, 3)
    cells = cells_in_a_row(desk, hand, count, x, y, hand.size * desk.rng.uniform(0.15, 0.35))
    for x0, _, x1, y1 in cells:
        sheet.line(x0, y1, x1, y1, thick)
    fill_cells(sheet, hand, desk.number(count), cells)
    return sheet, {}


def circles(desk):
    hand, count = desk.hand(), desk.integer(3, 8)
    sheet, x, y = row_sheet(desk, hand, count)
    side, thick, cells = hand.size * desk.rng.uniform(1.4, 1.65), desk.integer(1, 3), []
    pen = paper.ImageDraw.Draw(sheet.layers["rule"])
    for i in range(count):
        cell = tuple(int(v) for v in (x + i * side, y, x + i * side + side - thick - 3, y + side - thick - 3))
        pen.ellipse(cell, outline=255, width=thick)
        cells.append(cell)
    fill_cells(sheet, hand, desk.number(count), cells)
    return sheet, {}


def frame(desk):
    """One frame around a whole number."""
    hand, string = desk.hand(), desk.number(3, 8)
    width = hand.size * (len(string) * 1.15 + 1)
    sheet = Sheet(desk, width + hand.size * desk.rng.uniform(1.5, 6), hand.size * desk.rng.uniform(3.2, 6))
    x, y = hand.size * desk.rng.uniform(0.6, 0.9), hand.size * desk.rng.uniform(0.6, 0.9)
    sheet.frame((x, y, x + width, y + hand.size * 1.8), desk.integer(1, 5))
    sheet.field(string, [sheet.write(string, x + hand.size * 0.5, y + hand.size * 1.4, hand)])
    return sheet, {}


# ---- Tables ----

def table(style, widths, colours):
    def draw(desk):
        hand = desk.hand(24, 40)
        hand.gap = min(hand.gap, 0.2)
        rows, columns = desk.integer(2, 7), desk.integer(2, 6)
        wide, high = int(hand.size * desk.rng.uniform(3.6, 4.6) * (1 if style else 1.2)), int(hand.size * desk.rng.uniform(1.6, 2.1))
        x0, y0 = (int(hand.size * desk.rng.uniform(0.8, 2)) for _ in range(2))
        sheet = Sheet(desk, 2 * x0 + columns * wide, 2 * y0 + rows * high)
        sheet.colour["rule"] = desk.choose(colours)
        if style:
            xs, ys = [x0 + i * wide for i in range(columns + 1)], [y0 + i * high for i in range(rows + 1)]
            sheet.grid(xs, ys, desk.integer(*widths), style)
        for row in range(rows):
            for column in range(columns):
                string = desk.number(1, 3)
                room = (wide - hand.size * (0.5 + 0.95 * len(string))) * desk.rng.uniform(0.3, 0.7)
                left, base = x0 + column * wide + hand.size * 0.25 + max(0, room), y0 + row * high + high / 2 + hand.size * 0.48
                box = sheet.write(string, left, base, hand)
                sheet.field(string, [box], row, column)
        return sheet, {}
    return draw


def columns(desk):
    """Two to four columns of numbers, far apart, aligned left or right."""
    hand = desk.hand(24, 40)
    count, rows, digits = desk.integer(2, 4), desk.integer(3, 8), desk.integer(3, 6)
    wide, high = hand.size * (digits * (0.9 + hand.gap) + desk.rng.uniform(1.5, 4)), hand.size * desk.rng.uniform(1.5, 2.2)
    sheet = Sheet(desk, wide * count + hand.size * 2, high * rows + hand.size * 3)
    for row in range(rows):
        for column in range(count):
            string = desk.number(digits)
            box = sheet.write(string, hand.size + column * wide, hand.size * 2 + row * high, hand)
            sheet.field(string, [box], row, column)
    return sheet, {}


def lines(desk, pitch, slope, groups):
    """Lines of numbers at a given distance, each with its own slope."""
    hand = desk.hand(26, 44)
    rows = desk.integer(2, 7)
    height, reach = hand.size * pitch, hand.size * 12
    sheet = Sheet(desk, reach + hand.size * 8, hand.size * 3.5 + rows * height + reach * 2 * np.tan(np.radians(slope)))
    y = hand.size * 2 + reach * np.tan(np.radians(slope)) * 0.7
    for row in range(rows):
        x, rise = hand.size * desk.rng.uniform(1, 1.5), np.tan(np.radians(desk.rng.uniform(-slope, slope)))
        left = x
        for column in range(groups):
            string = desk.number(3, 5 if groups > 1 else 10)
            if x + hand.size * (len(string) + 1) > reach + hand.size * 6:
                break
            box = sheet.write(string, x, y + rise * (x - left), hand, rise)
            sheet.field(string, [box], row, column)
            x += hand.size * (len(string) * (0.75 + hand.gap) + desk.rng.uniform(1.3, 2))
        y += height
    return sheet, {}


def close(desk):
    return lines(desk, desk.rng.uniform(1.1, 1.3), 0.5, 3)


def sloping(desk):
    return lines(desk, desk.rng.uniform(3.0, 4.0), 12, 1)


def sloping_page(desk):
    """A single sloping line."""
    hand = desk.hand()
    string, rise = desk.number(3, 10), np.tan(np.radians(desk.rng.uniform(-12, 12)))
    long = hand.size * len(string) * (0.8 + hand.gap)
    sheet = Sheet(desk, long + hand.size * 3, hand.size * 4 + abs(rise) * long)
    y = hand.size * 2.2 + max(0, -rise) * long
    sheet.field(string, [sheet.write(string, hand.size, y, hand, rise)])
    return sheet, {}


def slope(desk):
    return sloping_page(desk) if desk.chance(0.5) else sloping(desk)


def under(desk):
    """A column of single digits."""
    hand, count = desk.hand(), desk.integer(2, 9)
    pitch = hand.size * desk.rng.uniform(1.25, 1.9)
    sheet = Sheet(desk, hand.size * desk.rng.uniform(4, 9), hand.size * 2.2 + pitch * count)
    x = sheet.width * desk.rng.uniform(0.3, 0.55)
    for row in range(count):
        string = desk.number(1)
        at = x + desk.rng.uniform(-0.12, 0.12) * hand.size
        sheet.field(string, [sheet.write(string, at, hand.size * 1.8 + pitch * row, hand)], row)
    return sheet, {}


def grid(desk):
    """A grid of square cells, in some pictures from border to border."""
    cell, thick = desk.integer(30, 120), desk.integer(1, 8)
    rows, columns = desk.integer(2, 9), desk.integer(2, 9)
    x0, y0 = (int(cell * desk.rng.uniform(0.1, 1.5)) for _ in range(2))
    sheet = Sheet(desk, 2 * x0 + cell * columns, 2 * y0 + cell * rows)
    sheet.grid([x0 + i * cell for i in range(columns + 1)], [y0 + i * cell for i in range(rows + 1)], thick)
    return sheet, {"strong": desk.chance(0.3)}


# ---- Everyday documents ----

def envelope(desk):
    """An envelope: a printed address, and the postal code in coloured boxes."""
    size = desk.integer(26, 40)
    hand = Hand(desk.rng, size)
    sheet = Sheet(desk, size * desk.integer(16, 24), size * desk.integer(9, 13))
    sheet.colour["rule"] = desk.choose(paper.COLOURED)
    sheet.colour["pen"] = desk.choose(paper.PENS[:3])
    face, high = paper.font(desk.rng, int(size * 0.55)), size * 0.85
    x, y = size * desk.rng.uniform(1.2, 5), size * desk.rng.uniform(1.8, 3)
    for words in (desk.choose(NAMES), f"{desk.choose(STREETS)} {desk.integer(1, 199)}", desk.choose(TOWNS)):
        sheet.text(x, y, words, 0, face)
        y += high
    cells = cells_in_a_row(desk, hand, 5, x, y + size * 0.4, size * desk.rng.uniform(0.15, 0.4))
    thick = desk.integer(1, 3)
    for cell in cells:
        sheet.frame(cell, thick)
    if desk.chance(0.5):
        stamp = (sheet.width - size * 3.6, size * 0.9, sheet.width - size * 1.2, size * 3.6)
        sheet.frame(stamp, 2, "dashed")
    fill_cells(sheet, hand, desk.number(5), cells)
    return sheet, {"options": ["--format", "5"], "shrink": desk.choose((1, desk.rng.uniform(0.4, 1)))}


def amount(desk):
    """A cheque with an amount."""
    string = desk.choose("123456789") + desk.number(2, 5)
    if len(string) > 3 and desk.chance(0.4):
        string = string[:-3] + desk.choose(".,") + string[-3:]
    elif desk.chance(0.3):
        string += desk.choose(".,") + desk.number(2)
    return string + desk.choose(("-", ".-", "=", ",")) if desk.chance(0.15) else string


def cheque(desk):
    hand, string = desk.hand(24, 52), amount(desk)
    width, height = hand.size * (len(string) * 1.2 + desk.rng.uniform(1.5, 4)), hand.size * desk.rng.uniform(2.2, 3.2)
    sheet = Sheet(desk, width, height, desk.choose(tuple(PATTERNS)))
    x, base = hand.size * desk.rng.uniform(0.6, 1), sheet.height * desk.rng.uniform(0.62, 0.68)
    if desk.chance(0.6):
        y = int(base + hand.size * desk.rng.uniform(0, 0.3))
        sheet.line(0, y, sheet.width, y, desk.integer(1, 2))
    if desk.chance(0.3):
        y = int(base - hand.size * desk.rng.uniform(1.25, 1.45))
        sheet.line(0, y, sheet.width, y, desk.integer(1, 2))
    sheet.field(string, [sheet.write(string, x, base, hand)])
    return sheet, {}


def register(desk):
    """A register: a ruled page with columns and printed headings."""
    hand = desk.hand(24, 36)
    hand.gap = min(hand.gap, 0.2)
    rows, count = desk.integer(4, 9), desk.integer(2, 4)
    high, wide = int(hand.size * desk.rng.uniform(1.5, 1.9)), int(hand.size * desk.rng.uniform(5.5, 7))
    x0, y0 = hand.size, int(hand.size * 2.4)
    sheet = Sheet(desk, 2 * x0 + wide * count, y0 + high * rows + hand.size * 1.5)
    sheet.colour["rule"] = desk.choose(paper.RULES + paper.GREY_RULES)
    face = paper.font(desk.rng, int(hand.size * 0.5))
    for column in range(count):
        sheet.text(x0 + column * wide + hand.size * 0.3, y0 - hand.size * 0.4, desk.choose(WORDS), 0, face)
        if column:
            sheet.line(x0 + column * wide, y0 - hand.size, x0 + column * wide, y0 + rows * high, 2)
    for row in range(rows + 1):
        sheet.line(x0, y0 + row * high, x0 + wide * count, y0 + row * high, desk.integer(1, 2))
    for row in range(rows):
        for column in range(count):
            if desk.chance(0.8):
                string = desk.number(2, 4)
                at = x0 + column * wide + hand.size * desk.rng.uniform(0.4, 1)
                sheet.field(string, [sheet.write(string, at, y0 + (row + 1) * high - hand.size * 0.22, hand)], row, column)
    return sheet, {}


def exam(desk):
    """An exam sheet: a table with printed questions and handwritten points."""
    hand = desk.hand(24, 38)
    rows = desk.integer(3, 8)
    high, left, right = int(hand.size * desk.rng.uniform(1.6, 2)), int(hand.size * desk.rng.uniform(7, 9)), int(hand.size * 3.4)
    x0, y0 = hand.size, int(hand.size * 2.6)
    sheet = Sheet(desk, 2 * x0 + left + right, y0 + high * rows + hand.size)
    sheet.text(x0, y0 - hand.size * 0.9, f"{desk.choose(WORDS)} {desk.choose(WORDS)}", hand.size * 0.8)
    sheet.grid((x0, x0 + left, x0 + left + right), [y0 + i * high for i in range(rows + 1)], desk.integer(1, 3))
    face = paper.font(desk.rng, int(hand.size * 0.55))
    for row in range(rows):
        foot, string = y0 + (row + 1) * high - high / 2, desk.number(1, 2)
        sheet.text(x0 + hand.size * 0.4, foot + hand.size * 0.2, f"{desk.choose(WORDS)} {desk.choose(WORDS).lower()}", 0, face)
        at = x0 + left + hand.size * desk.rng.uniform(0.4, 0.9)
        sheet.field(string, [sheet.write(string, at, foot + hand.size * 0.48, hand)], row)
    return sheet, {}


def form(desk):
    """A form: printed labels, each with a row of boxes, a comb, a line or a frame."""
    hand = desk.hand(26, 40)
    rows = desk.integer(2, 5)
    sheet = Sheet(desk, hand.size * desk.integer(18, 24), hand.size * (2 + rows * 2.6))
    face = paper.font(desk.rng, int(hand.size * 0.55))
    sheet.colour["rule"] = desk.choose(paper.RULES + paper.COLOURED)
    for row in range(rows):
        y, count = hand.size * (1.3 + row * 2.6), desk.integer(3, 8)
        sheet.text(hand.size, y + hand.size, desk.choose(WORDS) + desk.choose(("", ":")), 0, face)
        cells = cells_in_a_row(desk, hand, count, hand.size * 5, y, 0)
        if desk.chance(0.7):
            sheet.grid([cell[0] for cell in cells] + [cells[-1][2]], (cells[0][1], cells[0][3]), 2)
        else:
            sheet.line(cells[0][0], cells[0][3], cells[-1][2], cells[0][3], 2)
        fill_cells(sheet, hand, desk.number(count), cells, row)
    return sheet, {}


# ---- Print beside handwriting ----

def label(desk):
    """A printed word before or after a number."""
    hand, string = desk.hand(), desk.number(3, 8)
    sheet = Sheet(desk, hand.size * (len(string) * 1.2 + 12), hand.size * desk.rng.uniform(2.6, 5))
    x, base = hand.size, sheet.height * 0.6
    face = paper.font(desk.rng, int(hand.size * desk.rng.uniform(0.5, 0.9)))
    before = desk.chance(0.6)
    if before:
        x = sheet.text(x, base, desk.choose(WORDS) + desk.choose(("", ":")), 0, face)[2] + hand.size * desk.rng.uniform(0.5, 1)
    box = sheet.write(string, x, base, hand)
    sheet.field(string, [box])
    if not before and box:
        sheet.text(box[2] + hand.size * desk.rng.uniform(0.5, 1), base, desk.choose(("km", "pcs", "EUR", "kWh", "points", "m")), 0, face)
    return sheet, {"options": ["--format", str(len(string))]} if desk.chance(0.5) else {}


def currency(desk):
    """A printed currency sign before or after an amount."""
    hand, string = desk.hand(), amount(desk)
    sheet = Sheet(desk, hand.size * (len(string) * 1.2 + 5), hand.size * desk.rng.uniform(2.6, 4))
    sign, before = desk.choose(("$", "€", "£", "EUR", "USD", "CHF")), desk.chance(0.6)
    face = paper.font(desk.rng, int(hand.size * desk.rng.uniform(0.7, 1.1)))
    x, base, room = hand.size, sheet.height * 0.62, hand.size * desk.rng.uniform(0.3, 0.8)
    if before:
        x = sheet.text(x, base, sign, 0, face)[2] + room
    box = sheet.write(string, x, base, hand)
    sheet.field(string, [box])
    if not before and box:
        sheet.text(box[2] + room, base, sign, 0, face)
    return sheet, {}


def marked(desk):
    """A number that contains marks."""
    date = f"{desk.integer(1, 31):02d}{{0}}{desk.integer(1, 12):02d}{{0}}{desk.integer(1950, 2030)}"
    return desk.choose((f"{desk.number(1, 3)}.{desk.number(1, 2)}", f"{desk.number(1, 3)},{desk.number(1, 2)}", date.format("/"), date.format("-"),
                        date.format("."), "-" + desk.number(1, 4), "+" + desk.number(1, 3), f"{desk.number(2)}:{desk.number(2)}",
                        f"{desk.number(1, 2)},{desk.number(3)}.{desk.number(2)}", f"({desk.number(2, 4)})", f"{desk.number(3)}-{desk.number(4)}"))


def marks(desk):
    hand, string = desk.hand(), marked(desk)
    sheet = Sheet(desk, hand.size * (len(string) * 1.2 + desk.rng.uniform(2, 6)), hand.size * desk.rng.uniform(2.4, 5))
    sheet.field(string, [sheet.write(string, hand.size, sheet.height * 0.6, hand)])
    return sheet, {}


def two_inks(desk):
    """Cells printed in one colour, written in another."""
    sheet, more = desk.choose((joined, apart, comb, dashes, circles, frame))(desk)
    sheet.colour["rule"] = desk.choose(paper.COLOURED + ((90, 170, 110), (120, 160, 220)))
    sheet.colour["pen"] = desk.choose(paper.PENS[:3])
    return sheet, more


def photo(desk):
    """A hand-held photograph, in uneven light, of a page of another kind."""
    sheet, more = desk.choose((joined, apart, frame, TABLES["table thin"], slope, form, label))(desk)
    return sheet, {**more, "strong": True}


def turned(desk):
    """Eight digits or more; three in four pages are rotated by 90, 180 or 270 degrees."""
    hand = desk.hand()
    rows = desk.integer(1, 3)
    sheet = Sheet(desk, hand.size * (9 if rows > 1 else 14), hand.size * (2.2 + 2 * rows))
    for row in range(rows):
        string = desk.number(4, 6) if rows > 1 else desk.number(8, 9)
        sheet.field(string, [sheet.write(string, hand.size, hand.size * (2 + 2 * row), hand)], row)
    return sheet, {"turns": desk.integer(0, 3)}


TABLES = {"table thin": table("full", (1, 2), paper.RULES), "table thick": table("full", (4, 7), paper.RULES),
          "table dotted": table("dotted", (1, 2), paper.RULES), "table grey": table("full", (1, 3), paper.GREY_RULES),
          "table without rules": table(None, (0, 0), paper.RULES)}
KINDS = {"joined": joined, "apart": apart, "comb": comb, "dashes": dashes, "circles": circles, "frame": frame, **TABLES, "columns": columns,
         "close": close, "slope": slope, "under": under, "envelope": envelope, "cheque": cheque, "register": register, "exam": exam, "form": form,
         "label": label, "currency": currency, "marks": marks, "two inks": two_inks, "photo": photo, "turned": turned}

EMPTY_KINDS = {"grid": grid}  # never written on


def draw(kind, rng, digits, blank=False):
    """A page of a kind: its picture and its truth. digits is a paper.Digits, or None for a blank page, which has no fields."""
    sheet, more = {**KINDS, **EMPTY_KINDS}[kind](Desk(rng, digits, blank))
    turns = more.get("turns", 0)
    picture, fields = paper.picture(rng, sheet, more.get("strong", False), turns, more.get("shrink", 1))
    return picture, {"kind": kind, "options": more.get("options", []), "turned": 90 * turns, "fields": fields}


def seeded(kind, seed, number):
    """The random generator of a page; it depends on kind, seed and number alone."""
    return np.random.default_rng([seed, number, *kind.encode()])


def write(folder, kinds, count, seed, digits, blank=False):
    """Writes pictures of each kind and truth.jsonl to a folder; returns the truth."""
    os.makedirs(folder, exist_ok=True)
    truth = []
    for kind in kinds:
        for number in range(count):
            picture, row = draw(kind, seeded(kind, seed, number), digits, blank)
            row = {"file": f"{kind.replace(' ', '-')}-{number:04d}.png", **row}
            picture.save(f"{folder}/{row['file']}", compress_level=1)
            truth.append(row)
    with open(f"{folder}/truth.jsonl", "w") as file:
        file.writelines(json.dumps(row) + "\n" for row in truth)
    return truth


def main():
    parser = command_line.parser(__doc__)
    parser.add_argument("--kind", required=True, choices=(*KINDS, *EMPTY_KINDS, "all"))
    parser.add_argument("--count", type=int, default=10)
    parser.add_argument("--seed", type=int, default=1998)
    parser.add_argument("--digits", choices=("train", "test"), default="train")
    parser.add_argument("--data", default=os.environ.get("LENET5_DATA", "data"))
    parser.add_argument("--out", required=True)
    parser.add_argument("--blank", action="store_true")
    options = parser.parse_args()
    kinds = list(KINDS) if options.kind == "all" else [options.kind]
    digits = None if options.blank else paper.Digits(options.data, options.digits)
    write(options.out, kinds, options.count, options.seed, digits, options.blank)


if __name__ == "__main__":
    main()
