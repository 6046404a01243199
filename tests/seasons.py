"""Random but valid round folders of every kind the contract allows, for tests and benchmarks."""

import random
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

Row = dict[str, str]

FLAVOURS = (
    "plain",  # comma, dot, LF, every column; nothing missing, nothing adjusted
    "renormalise",  # the policy of that name
    "renormalise_within_area",
    "award_max",
    "incomplete",  # missing final entries count as zero
    "hollow",  # whole areas and whole units are not applicable
    "adjusted",  # large bonuses and deductions, up to both ends of the scale
    "loose",  # what the contract does not forbid: see `_Draw.loosen`
)

# ---- words -------------------------------------------------------------------------------------

GROUPS = (
    ("departments", "department", "so", "Sở"),
    ("districts", "district", "huyen", "Huyện"),
    ("communes", "commune", "xa", "Xã"),
    ("ministries", "ministry", "bo", "Bộ"),
    ("provinces", "province", "tinh", "Tỉnh"),
    ("agencies", "central_agency", "cq", "Cơ quan"),
)
PLACES = (
    "Nội vụ",
    "Văn hóa, Thể thao và Du lịch",
    "Krông Búk",
    "Ea H'leo",
    "Cư M'gar; phía bắc",
    "Buôn Đôn",
    'Lắk "mới"',
    "Quảng Điền",
    "Tư pháp",
    "Hòa Phú",
)
CLASSES = (
    ("excellent", "Xuất sắc"),
    ("good", "Tốt"),
    ("fair", "Khá"),
    ("average", "Trung bình"),
    ("weak", "Yếu"),
)
OPTION_NAMES = (
    ("full", "half", "quarter", "none"),
    ("timely", "late", "very-late", "never"),
    ("yes", "partly", "hardly", "no"),
    ("đúng hạn", "trễ hạn", "rất trễ", "không làm"),
)
REASONS = (
    "không có nhiệm vụ",
    "không phát sinh hồ sơ trong năm, theo báo cáo số 12",
    "thuộc thẩm quyền cấp trên; không đánh giá",
    'theo "Phụ lục I"',
)
DIGESTS = tuple(f"sha256:{digit * 64}" for digit in "0a5f")
MAXIMA = ("0.25", "0.5", "0.75", "1", "1.25", "1.5", "2", "2.5", "3", "3.5", "0.3", "1.2")
DENOMINATORS = (3, 6, 7, 8, 9, 11, 12, 13, 16, 40, 97, 125, 128, 365, 640, 1000, 1237, 2000)

# ---- columns -----------------------------------------------------------------------------------

UNITS = ("unit", "name", "group", "ranked")
ENTRIES = (
    *("unit", "item", "stage", "numerator", "denominator", "value", "count", "option", "points"),
    *("veto", "not_applicable", "reason"),
)
FINDINGS = ("unit", "item", "share", "se", "n")
FACTS = ("unit", "item", "numerator", "denominator", "value", "basis", "digest")
ADJUSTMENTS = ("unit", "kind", "code", "points", "reason")
PREVIOUS = ("unit", "index", "rank", "group", "comparable")
DECIMALS = frozenset(("numerator", "denominator", "value", "points", "share", "se", "index"))
UNASKED = ("se", "n", "basis", "digest")  # columns that no rule reads
MAY_BE_ABSENT = {"entries.csv": ENTRIES[3:], "facts.csv": FACTS[2:], "findings.csv": FINDINGS[3:]}

# ---- numbers -----------------------------------------------------------------------------------

ZERO = Decimal(0)
GROUPED = re.compile(r"[1-9]\d{0,2}\.\d{3}")


def _plain(number: Decimal) -> str:
    """A number without exponent or needless zeros, as a rulebook has it."""
    return format(number.normalize(), "f")


def _cell(number: Decimal) -> str:
    """The same for a CSV cell, where 1.234 would be read as a thousands group."""
    text = format(number.normalize(), "f")
    return text + "0" if text[-4:-3] == "." and GROUPED.fullmatch(text) else text


def _terminating(number: Fraction, digits: int = 14) -> Decimal | None:
    """The number as a decimal, where it has one of at most so many digits."""
    scaled = number * 10**digits
    return Decimal(scaled.numerator).scaleb(-digits) if scaled.denominator == 1 else None


# ---- the rulebook ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Item:
    """One item of a rulebook: what it asks for and what it gives."""

    code: str
    maximum: Decimal
    source: str
    shape: str
    on: str = ""
    options: tuple[tuple[str, Decimal], ...] = ()
    steps: tuple[tuple[Decimal, Decimal], ...] = ()
    each: Decimal = ZERO
    floor: Decimal | None = None
    full_at: Decimal | None = None
    zero_below: Decimal | None = None
    over_100: bool = False
    none_due: str = ""
    guarded: bool = False

    @property
    def entered(self) -> bool:
        """Whether its quantity comes from entries."""
        return self.source in {"appraisal", "external"}

    @property
    def of_people(self) -> bool:
        """Whether its quantity comes from findings."""
        return self.source in {"survey", "index"}


@dataclass(frozen=True, slots=True)
class Scale:
    """How finely a rulebook counts; with a step, points lie on a grid whose index has halves."""

    points_decimals: int
    index_decimals: int
    step: Decimal | None = None
    total: Decimal = ZERO

    @property
    def place(self) -> Decimal:
        """One unit of the last decimal of points."""
        return Decimal(1).scaleb(-self.points_decimals)


@dataclass(slots=True)
class Book:
    """A rulebook as it is being made."""

    group: str
    tier: str
    scale: Scale
    policy: str
    caps: tuple[Decimal, Decimal] | None
    areas: list[list[list[Item]]] = field(default_factory=list)

    @property
    def items(self) -> list[Item]:
        """All items in order."""
        return [item for area in self.areas for criterion in area for item in criterion]


@dataclass(frozen=True, slots=True)
class _Taste:
    """How often things happen in a season."""

    policy: str | None = None
    incomplete: bool = False
    missing: float = 0.06
    not_applicable: float = 0.05
    hollow: float = 0.04
    adjusted: float = 0.3
    largest: int = 4
    clones: float = 0.1
    ties: bool = False
    dialects: bool = True
    loose: bool = False


def _taste(rng: random.Random, flavour: str | None, *, ties: bool) -> _Taste:
    if flavour is not None and flavour not in FLAVOURS:
        raise ValueError(f"unknown flavour {flavour!r}")
    plain, hollow, adjusted = (flavour == each for each in ("plain", "hollow", "adjusted"))
    incomplete = flavour == "incomplete"
    return _Taste(
        policy=flavour if flavour in FLAVOURS[1:4] else None,
        incomplete=incomplete or (not plain and rng.random() < 0.3),
        missing=0.3 if incomplete else 0.06,
        not_applicable=0.3 if hollow else 0.01 if ties else 0.05,
        hollow=0.6 if hollow else 0.0 if plain else 0.04,
        adjusted=0.9 if adjusted else 0.0 if plain else 0.3,
        largest=200 if adjusted else 4,
        clones=0.5 if ties else 0.1,
        ties=ties,
        dialects=not plain,
        loose=flavour == "loose",
    )


class _Draw:
    """Draws rules and quantities for one rulebook."""

    def __init__(self, rng: random.Random, taste: _Taste, scale: Scale) -> None:
        self.rng = rng
        self.taste = taste
        self.scale = scale

    def chance(self, probability: float) -> bool:
        return self.rng.random() < probability

    # ---- rules

    def maxima(self, count: int) -> list[Decimal]:
        """The maxima of the items; on a grid they sum to the scale's total."""
        step, places = self.scale.step, self.scale.points_decimals
        if step is None:
            nice = [Decimal(each) for each in MAXIMA]
            nice = [each for each in nice if each == round(each, places)]
            odd = int(4 / self.scale.place)
            return [
                self.rng.choice(nice)
                if self.chance(0.85)
                else self.rng.randint(1, odd) * self.scale.place
                for _ in range(count)
            ]
        steps = int(self.scale.total / step)
        unit = max(1, steps // (4 * count))
        shares = [unit * self.rng.randint(1, 4) for _ in range(count - 1)]
        return [share * step for share in (*shares, max(unit, steps - sum(shares)))]

    def amount(self, maximum: Decimal) -> Decimal:
        """Points between zero and the maximum, often on or just below what rounds to a step."""
        step = self.scale.step
        if step is None:
            fine = self.rng.choice((1, 1, 1, 10, 100))
            unit = self.scale.place / fine
            return maximum - unit * int(int(maximum / unit) * self.rng.random() ** 2)
        points = maximum - step * int(int(maximum / step) * self.rng.random() ** 2)
        if points and self.chance(0.5):
            points -= self.scale.place / 2
        return points

    def ladder(self, maximum: Decimal, count: int) -> list[Decimal]:
        """Strictly falling points that begin at the maximum."""
        if self.scale.step is not None:
            lower = {self.amount(maximum) for _ in range(count - 1)} - {maximum}
        else:
            grain = 1000 if self.chance(0.3) else 8
            count = min(count, grain)
            picked = self.rng.sample(range(grain), count - 1)
            lower = {maximum * each / grain for each in picked}
        return [maximum, *sorted(lower, reverse=True)]

    def thresholds(self, on: str, count: int, *, over_100: bool) -> list[Decimal]:
        """Strictly falling lower bounds."""
        if on == "count":
            picked = self.rng.sample(range(1, 21), count)
            return [Decimal(each) for each in sorted(picked, reverse=True)]
        most = 130 if over_100 else 100
        grain = self.rng.choice((1, 1, 10, 4))
        picked = self.rng.sample(range(most * grain + 1), count - 1)
        top = Decimal(100) if most * grain not in picked and self.chance(0.4) else None
        bounds = {Decimal(each) / grain for each in picked}
        bounds.add(top if top is not None else Decimal(self.rng.randint(1, most)))
        return sorted(bounds, reverse=True)

    def item(self, code: str, maximum: Decimal) -> Item:
        """An item of any shape and source that fit together."""
        source = self.rng.choices(
            ("appraisal", "external", "survey", "index", "dossiers"), (50, 14, 10, 8, 18)
        )[0]
        if source in {"survey", "index"}:
            shape, on = self.rng.choice((("ratio", ""), ("ratio", ""), ("bands", "ratio")))
        elif source == "dossiers":
            shape, on = self.rng.choice((("ratio", ""), ("bands", "ratio"), ("bands", "value")))
        else:
            shape = self.rng.choice(("options", "bands", "ratio", "deduction", "given"))
            on = self.rng.choice(("ratio", "value", "count")) if shape == "bands" else ""
        return self.shaped(code, maximum, source, shape, on)

    def shaped(self, code: str, maximum: Decimal, source: str, shape: str, on: str = "") -> Item:
        """An item of this shape and source."""
        entered = source in {"appraisal", "external"}
        of_ratio = (shape == "ratio" or on == "ratio") and source not in {"survey", "index"}
        over_100 = of_ratio and self.chance(0.3)
        options: list[tuple[str, Decimal]] = []
        steps: list[tuple[Decimal, Decimal]] = []
        each, floor, full_at, zero_below = ZERO, None, None, None
        if shape == "options":
            names = self.rng.choice(OPTION_NAMES)
            count = self.rng.randint(2, len(names))
            points = [maximum, *(self.amount(maximum) for _ in range(count - 2)), ZERO]
            options = list(zip(names, sorted(points, reverse=True), strict=False))
        elif shape == "bands":
            bounds = self.thresholds(on, self.rng.randint(1, 4), over_100=over_100)
            steps = list(zip(bounds, self.ladder(maximum, len(bounds)), strict=False))
        elif shape == "deduction":
            each = self.each(maximum)
            floor = self.rng.choice((None, ZERO, round(maximum / 4, self.scale.points_decimals)))
            floor = None if floor == maximum else floor
        elif shape == "ratio":
            marks = ["50", "60", "80", "90", "95", "97.5", "100"]
            marks += ["110", "120"] if over_100 else []
            full_at = Decimal(self.rng.choice(marks)) if self.chance(0.6) else None
            below = self.rng.choice(("10", "30", "50", "50.5", str(full_at or 100)))
            zero_below = Decimal(below) if self.chance(0.5) else None
            if zero_below is not None and zero_below > (full_at or 100):
                zero_below = full_at
        none_due = ""
        if of_ratio and self.chance(0.7):
            none_due = self.rng.choice(("zero", "full", "not_applicable"))
        return Item(
            code,
            maximum,
            source,
            shape,
            on,
            tuple(options),
            tuple(steps),
            each,
            floor,
            full_at,
            zero_below,
            over_100,
            none_due,
            guarded=entered and self.chance(0.3),
        )

    def each(self, maximum: Decimal) -> Decimal:
        """What one fault costs."""
        step = self.scale.step
        if step is None:
            if self.chance(0.7):
                return maximum / self.rng.choice((2, 4, 5, 8, 10))
            return self.scale.place * self.rng.randint(1, 40)
        cost = step * self.rng.randint(1, max(1, int(maximum / step) // 4))
        return cost + self.scale.place / 2 if self.chance(0.4) else cost

    # ---- quantities

    def quantity(self, item: Item) -> Row:
        """The cells that the item's rule reads."""
        if item.shape == "options":
            best = int(len(item.options) * self.rng.random() ** 2)
            return {"option": item.options[best][0]}
        if item.shape == "deduction":
            return {"count": str(int(8 * self.rng.random() ** 3))}
        if item.shape == "given":
            return {"points": _cell(self.amount(item.maximum))}
        if item.on == "count":
            bound = int(self.rng.choice(item.steps)[0])
            return {"count": str(max(0, bound + self.rng.choice((-1, 0, 0, 1))))}
        if item.on == "value":
            return {"value": _cell(self.percent(item))}
        if item.of_people:
            return {"share": _cell(self.percent(item) / 100)}
        if item.none_due and self.chance(0.12):
            return {"numerator": "0", "denominator": "0"}
        return self.ratio(item)

    def percent(self, item: Item) -> Decimal:
        """A percentage, on thresholds and just beside them more often than chance has it."""
        rng = self.rng
        if self.scale.step is not None and item.shape == "ratio" and self.chance(0.8):
            aimed = _terminating(100 * self.aim(item))
            if aimed is not None:
                return aimed
        most = 10000 if not item.over_100 else 13000
        if rng.random() < 0.4:
            bounds = [bound for bound, _ in item.steps]
            bounds += [each for each in (item.full_at, item.zero_below) if each is not None]
            bound = rng.choice(bounds or [Decimal(100)])
            bound += rng.choice((ZERO, ZERO, Decimal("-0.01"), Decimal("0.01")))
            return min(max(bound, ZERO), Decimal(most) / 100)
        if rng.random() < 0.2:
            return Decimal(rng.randint(0, most * 100)) / 10000
        return Decimal(most - int(most * rng.random() ** 2)) / 100

    def ratio(self, item: Item) -> Row:
        """A percentage, or the two numbers it comes from."""
        rng = self.rng
        kind = rng.random()
        if kind < 0.25:
            return {"value": _cell(self.percent(item))}
        if self.scale.step is not None and item.shape == "ratio":
            part = self.aim(item)
            times = rng.choice((1, 1, 2, 3, 7))
            return {
                "numerator": str(part.numerator * times),
                "denominator": str(part.denominator * times),
            }
        if kind < 0.45:
            due, times = (100, 1) if rng.random() < 0.5 else (1000, 10)
            done = int(self.percent(item) * times)
        else:
            due = rng.choice(DENOMINATORS) if rng.random() < 0.7 else rng.randint(1, 2000)
            most = due + due // 4 if item.over_100 else due
            done = most - int((most + 1) * rng.random() ** 2)
            if kind > 0.9:  # money rather than files
                return {
                    "numerator": _cell(Decimal(done) * 5 / 4),
                    "denominator": _cell(Decimal(due) * 5 / 4),
                }
        return {"numerator": str(done), "denominator": str(due)}

    def aim(self, item: Item) -> Fraction:
        """The ratio that earns points on the grid, or just what is rounded to it."""
        part = Fraction(self.amount(item.maximum)) / Fraction(item.maximum)
        return part * Fraction(item.full_at or 100) / 100

    def entry(self, item: Item) -> Row:
        """The cells of one entry."""
        if self.chance(self.taste.not_applicable):
            return self.waived(item)
        if item.guarded and self.chance(0.1):
            veto = {"veto": "yes"}
            return veto if self.chance(0.3) else veto | self.quantity(item)
        cells = self.quantity(item)
        return self.loosen(item, cells) if self.taste.loose else cells

    def waived(self, item: Item) -> Row:
        """The cells of an entry that says not applicable."""
        cells = {"not_applicable": "yes", "reason": self.rng.choice(REASONS)}
        if self.taste.loose and item.entered and self.chance(0.4):
            cells |= self.quantity(item)
            if item.guarded:
                cells["veto"] = "yes"
        return cells

    def loosen(self, item: Item, cells: Row) -> Row:
        """What the contract does not forbid: a spelt-out no, a reason that nobody asked for."""
        if item.guarded and self.chance(0.2):
            cells["veto"] = "no"
        if self.chance(0.1):
            cells["not_applicable"] = "no"
        if self.chance(0.1):
            cells["reason"] = self.rng.choice(REASONS)
        return cells


def _scale(rng: random.Random, *, ties: bool) -> Scale:
    if not ties:
        return Scale(rng.randint(2, 4), rng.randint(1, 2))
    # half a unit of the published index must be a whole number of the last decimals of points
    total, index, fewest = rng.choice(
        ((100, 1, 2), (100, 2, 3), (50, 2, 4), (20, 1, 2), (20, 2, 3), (10, 1, 3), (10, 2, 4))
    )
    step = Decimal(total).scaleb(-2 - index) / 2
    return Scale(rng.randint(fewest, 4), index, step, Decimal(total))


def _split(rng: random.Random, count: int, parts: int) -> list[int]:
    """A count as that many positive parts."""
    cuts = sorted(rng.sample(range(1, count), parts - 1))
    return [end - start for start, end in zip((0, *cuts), (*cuts, count), strict=True)]


def _book(rng: random.Random, taste: _Taste, name: str, tier: str, items: int) -> Book:
    policies = ("renormalise", "renormalise_within_area", "award_max")
    policy = taste.policy or rng.choice(policies)
    caps = None
    if taste.adjusted and rng.random() < 0.8:
        ends = (0, 1, 2, 3, 5, 10) if taste.largest < 10 else (5, 50, 500)
        caps = Decimal(rng.choice(ends)), Decimal(rng.choice(ends)) + Decimal("0.5")
    scale = _scale(rng, ties=taste.ties)
    draw = _Draw(rng, taste, scale)
    book = Book(name, tier, scale, policy, caps)
    maxima = iter(draw.maxima(items))
    most = items if items >= 11 and rng.random() < 0.15 else min(items, 8)
    for number, held in enumerate(_split(rng, items, rng.randint(1, most)), start=1):
        area: list[list[Item]] = []
        left = held
        while left:
            criterion = f"{number}.{len(area) + 1}"
            alone = rng.random() < 0.3
            wish = 1 if alone else rng.randint(1, 12 if rng.random() < 0.2 else 4)
            size = min(left, wish)
            codes = [criterion] if alone else [f"{criterion}.{n + 1}" for n in range(size)]
            area.append([draw.item(code, next(maxima)) for code in codes])
            left -= size
        book.areas.append(area)
    return book


# ---- the rulebook as text ----------------------------------------------------------------------


def _rule_text(item: Item) -> str:
    parts = [f"shape: {item.shape}"]
    if item.options:
        points = ", ".join(f"{name}: {_plain(value)}" for name, value in item.options)
        parts.append(f"points: {{{points}}}")
    if item.steps:
        steps = ", ".join(
            f"{{from: {_plain(bound)}, points: {_plain(value)}}}" for bound, value in item.steps
        )
        parts += [f"on: {item.on}", f"steps: [{steps}]"]
    if item.shape == "deduction":
        parts.append(f"each: {_plain(item.each)}")
    marks = {"floor": item.floor, "full_at": item.full_at, "zero_below": item.zero_below}
    parts += [f"{key}: {_plain(mark)}" for key, mark in marks.items() if mark is not None]
    if item.over_100:
        parts.append("over_100: allowed")
    return ", ".join(parts)


def _examples(item: Item) -> list[str]:
    """Examples whose points are plain to see."""
    best = _plain(item.maximum)
    if item.shape == "options":
        return [f"{{option: {item.options[0][0]}, points: {best}}}"]
    if item.shape == "deduction":
        return [f"{{count: 0, points: {best}}}"]
    if item.on in {"count", "value"}:
        return [f"{{{item.on}: {_plain(item.steps[0][0])}, points: {best}}}"]
    if item.shape == "ratio" and not item.of_people and (item.full_at or 100) <= 100:
        return [f"{{numerator: 7, denominator: 7, points: {best}}}"]
    return []


def _item_lines(rng: random.Random, item: Item, indent: str, *, alone: bool) -> Iterator[str]:
    noun = "Tiêu chí" if alone else "Mục"
    yield f'{indent}- code: "{item.code}"'
    yield f"{indent}  id: item-{item.code.replace('.', '-')}"
    yield f'{indent}  name: {{vi: "{noun} {item.code}"}}'
    most = _plain(item.maximum)
    yield f"{indent}  max_points: {most + '0' if re.search(r'[.][1-9]$', most) else most}"
    yield f"{indent}  source: {item.source}"
    if item.entered:
        yield f"{indent}  appraiser: {rng.choice(('home-affairs', 'justice', 'finance'))}"
    yield f"{indent}  evidence: {rng.choice(('required', 'optional', 'none'))}"
    yield f"{indent}  rule: {{{_rule_text(item)}}}"
    if item.none_due:
        yield f"{indent}  if_none_due: {item.none_due}"
    if item.guarded:
        yield f'{indent}  zero_if: {{vi: "Có vi phạm", en: "A breach was found"}}'
    if (examples := _examples(item)) and rng.random() < 0.3:
        yield f"{indent}  examples:"
        yield from (f"{indent}    - {example}" for example in examples)
    basis = rng.choice(("basis-a", "basis-b"))
    yield f'{indent}  law: {{basis: {basis}, at: "Phụ lục I, {item.code}"}}'


def _class_lines(rng: random.Random, book: Book) -> Iterator[str]:
    count = rng.randint(1, len(CLASSES))
    unit = Decimal(1).scaleb(-book.scale.index_decimals) / rng.choice((1, 2))
    grain = rng.choice((Decimal(5), Decimal("2.5"), unit))
    picked = rng.sample(range(1, int(100 / grain)), count - 1)
    bounds = [*sorted((grain * each for each in picked), reverse=True), ZERO]
    classes = CLASSES[: count - 1] + CLASSES[-1:]
    yield "classes:"
    for (name, title), bound in zip(classes, bounds, strict=True):
        yield f'  - {{id: {name}, name: {{vi: "{title}"}}, from: {_plain(bound)}}}'
    if rng.random() < 0.6:
        yield "ceilings:"
        for _ in range(rng.randint(1, 3)):
            if rng.random() < 0.5:
                when = f"area_index_below: {_plain(Decimal(rng.randint(60, 400)) / 4)}"
            else:
                when = f'zero_item: "{rng.choice(book.items).code}"'
            yield f"  - {{at_most: {rng.choice(classes)[0]}, when: {{{when}}}}}"


def _book_lines(rng: random.Random, book: Book, index: str, year: int) -> Iterator[str]:
    def total(items: Iterable[Item]) -> str:
        return _plain(sum((item.maximum for item in items), ZERO))

    yield "schema: parindex.rulebook/1"
    yield "issuer: dak-lak"
    yield f"index: {index}"
    yield f"group: {book.group}"
    yield f"tier: {book.tier}"
    yield f"year: {year}"
    yield f"revision: {rng.randint(1, 3)}"
    yield f"status: {rng.choice(('official', 'template'))}"
    if rng.random() < 0.5:
        yield f"max_points: {total(book.items)}"
    yield f'title: {{vi: "Bộ tiêu chí {book.group}", en: "Criteria set {book.group}"}}'
    yield "legal_basis:"
    yield f'  - {{id: basis-a, vi: "Quyết định số 1, của tỉnh", issued: {year}-01-10}}'
    yield f'  - {{id: basis-b, vi: "Nghị quyết số 2", issued: {year - 1}-11-30}}'
    yield "policies:"
    yield f"  points_decimals: {book.scale.points_decimals}"
    yield f"  index_decimals: {book.scale.index_decimals}"
    yield f"  rank_on: {rng.choice(('published', 'exact'))}"
    yield f"  ties: {rng.choice(('share_best', 'dense'))}"
    yield f"  not_applicable: {book.policy}"
    if book.caps is not None:
        bonus, deduction = map(_plain, book.caps)
        yield f"adjustments: {{bonus_cap: {bonus}, deduction_cap: {deduction}}}"
    yield from _class_lines(rng, book)
    yield "areas:"
    for number, area in enumerate(book.areas, start=1):
        yield f'  - code: "{number}"'
        yield f'    name: {{vi: "Lĩnh vực {number}"}}'
        if rng.random() < 0.5:
            yield f"    max_points: {total(item for items in area for item in items)}"
        yield "    criteria:"
        for place, items in enumerate(area, start=1):
            code = f"{number}.{place}"
            if items[0].code == code:
                yield from _item_lines(rng, items[0], " " * 6, alone=True)
                continue
            yield f'      - code: "{code}"'
            yield f'        name: {{vi: "Tiêu chí {code}"}}'
            if rng.random() < 0.5:
                yield f"        max_points: {total(items)}"
            yield "        items:"
            for item in items:
                yield from _item_lines(rng, item, " " * 10, alone=False)


# ---- one unit ----------------------------------------------------------------------------------


@dataclass(slots=True)
class Sheet:
    """All rows of one unit, without its name."""

    entries: list[Row] = field(default_factory=list)
    findings: list[Row] = field(default_factory=list)
    facts: list[Row] = field(default_factory=list)
    adjustments: list[Row] = field(default_factory=list)


def _sheet(draw: _Draw, book: Book, stages: Sequence[str], final_from: Sequence[str]) -> Sheet:
    taste, chance = draw.taste, draw.chance
    hollow: set[int] = set()
    if chance(taste.hollow):
        numbers = range(len(book.areas))
        hollow = set(numbers) if chance(0.4) else {draw.rng.choice(numbers)}
    speaks = chance(0.8)  # some units hand in no self-assessment at all
    sheet = Sheet()
    for number, area in enumerate(book.areas):
        for criterion in area:
            for item in criterion:
                if item.entered:
                    _enter(draw, sheet, item, stages, final_from, number in hollow, speaks)
                else:
                    _measure(draw, sheet, item, stages, final_from, number in hollow)
    if book.caps is not None:
        _adjust(draw, sheet)
    return sheet


def _enter(
    draw: _Draw,
    sheet: Sheet,
    item: Item,
    stages: Sequence[str],
    final_from: Sequence[str],
    hollow: bool,
    speaks: bool,
) -> None:
    """Rows for an item whose quantity comes from entries."""
    external = item.source == "external"
    open_to = [stage for stage in stages if stage != "self" or (speaks and not external)]
    at = [stage for stage in open_to if draw.chance(0.7)]
    finals = [stage for stage in final_from if stage in open_to]
    missing = draw.taste.incomplete and not hollow and draw.chance(draw.taste.missing)
    if missing:
        at = [stage for stage in at if stage not in final_from]
    elif not any(stage in finals for stage in at):
        at.append(draw.rng.choice(finals))
    for stage in at:
        cells = draw.waived(item) if hollow else draw.entry(item)
        sheet.entries.append({"item": item.code, "stage": stage} | cells)


def _measure(
    draw: _Draw,
    sheet: Sheet,
    item: Item,
    stages: Sequence[str],
    final_from: Sequence[str],
    hollow: bool,
) -> None:
    """Rows for an item whose quantity comes from findings or facts."""
    waived = hollow or draw.chance(draw.taste.not_applicable)
    at = {draw.rng.choice(final_from)} if waived else set()
    if draw.chance(draw.taste.not_applicable):
        at |= {stage for stage in stages if stage not in final_from}  # which says nothing
    for stage in sorted(at):
        sheet.entries.append({"item": item.code, "stage": stage} | draw.waived(item))
    if waived and draw.chance(0.5):
        return
    cells = {"item": item.code} | draw.quantity(item)
    if item.of_people:
        cells["se"] = _cell(Decimal(draw.rng.randint(1, 900)).scaleb(-4))
        cells["n"] = str(draw.rng.randint(30, 900))
        sheet.findings.append(cells)
    else:
        cells["basis"] = "resolved"
        cells["digest"] = draw.rng.choice(DIGESTS)
        sheet.facts.append(cells)


def _adjust(draw: _Draw, sheet: Sheet) -> None:
    for kind, letter in (("bonus", "B"), ("deduction", "D")):
        if not draw.chance(draw.taste.adjusted):
            continue
        for number in range(1, draw.rng.choice((2, 2, 2, 3))):
            points = Decimal(draw.rng.randint(1, draw.taste.largest * 10)) / 10
            if draw.scale.step is not None and draw.chance(0.8):
                points = draw.scale.step * draw.rng.randint(1, 40)
            cells = {"kind": kind, "code": f"{letter}{number}", "points": _cell(points)}
            sheet.adjustments.append(cells | {"reason": draw.rng.choice(REASONS)})


def _clone(draw: _Draw, book: Book, sheet: Sheet) -> Sheet:
    """The same sheet again, or one that differs by one unit of the last decimal of points."""
    given = [item for item in book.items if item.shape == "given"]
    if not given or draw.chance(0.5):
        return sheet
    item = draw.rng.choice(given)
    entries = list(sheet.entries)
    for place, row in enumerate(entries):
        if row["item"] == item.code and row.get("points"):
            points = Decimal(row["points"])
            less = points - draw.scale.place
            more = points + draw.scale.place
            points = less if less >= 0 else min(more, item.maximum)
            entries[place] = row | {"points": _cell(points)}
    return Sheet(entries, sheet.findings, sheet.facts, sheet.adjustments)


# ---- files -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Dialect:
    """How one CSV file is written."""

    separator: str = ","
    comma: bool = False
    bom: bool = False
    newline: str = "\n"
    last_newline: bool = True
    decomposed: bool = False
    lean: bool = False
    shuffled: bool = False


def _dialect(rng: random.Random) -> _Dialect:
    return _Dialect(
        separator=";" if rng.random() < 0.4 else ",",
        comma=rng.random() < 0.4,
        bom=rng.random() < 0.3,
        newline="\r\n" if rng.random() < 0.3 else "\n",
        last_newline=rng.random() < 0.9,
        decomposed=rng.random() < 0.15,
        lean=rng.random() < 0.4,
        shuffled=rng.random() < 0.6,
    )


def _quoted(text: str, separator: str) -> str:
    if separator in text or '"' in text:
        return '"' + text.replace('"', '""') + '"'
    return text


def _write_table(
    path: Path, columns: Sequence[str], rows: list[Row], rng: random.Random, taste: _Taste
) -> None:
    dialect = _dialect(rng) if taste.dialects else _Dialect()
    if dialect.lean and rows:
        used = {column for row in rows for column in row}
        used -= {column for column in UNASKED if rng.random() < 0.5}
        absent = set(MAY_BE_ABSENT.get(path.name, ())) - used
        columns = [column for column in columns if column not in absent]
    if dialect.shuffled:
        rng.shuffle(rows)
    separator, comma = dialect.separator, dialect.comma
    decimals = [column in DECIMALS for column in columns]
    lines = [separator.join(columns)]
    for row in rows:
        cells = []
        for column, decimal in zip(columns, decimals, strict=True):
            text = row.get(column, "")
            if text:
                if decimal and comma:
                    text = text.replace(".", ",")
                text = _quoted(text, separator)
            cells.append(text)
        lines.append(separator.join(cells))
    text = dialect.newline.join(lines) + (dialect.newline if dialect.last_newline else "")
    text = unicodedata.normalize("NFD" if dialect.decomposed else "NFC", text)
    path.write_bytes(text.encode("utf-8-sig" if dialect.bom else "utf-8"))


def _previous(
    rng: random.Random, taste: _Taste, groups: Sequence[tuple[str, Sequence[str]]]
) -> list[Row]:
    columns = [column for column in PREVIOUS[3:] if rng.random() < 0.7]
    rows = []
    for name, members in groups:
        others = [each for each, *_ in GROUPS if each != name]
        for unit in (*members, f"gone-{name}"):
            if rng.random() < 0.25:
                continue
            row = {
                "unit": unit,
                "index": f"{rng.randint(0, 10000) / 100:.2f}",
                "rank": str(rng.randint(1, len(members) + 1)),
            }
            if "group" in columns:
                row["group"] = rng.choice(others) if rng.random() < 0.15 else name
            if "comparable" in columns:
                row["comparable"] = "no" if rng.random() < 0.15 else "yes"
            if taste.loose and rng.random() < 0.2:
                row["rank"] = ""  # was not ranked
            rows.append(row)
    return rows


def _stages(rng: random.Random) -> tuple[list[str], list[str]]:
    stages, orders = rng.choice(
        (
            ("self appraised", ("appraised", "appraised self")),
            (
                "self appraised council",
                ("council appraised", "appraised", "council appraised self"),
            ),
            ("self appraised-1 appraised-2", ("appraised-2 appraised-1", "appraised-2")),
            ("appraised council", ("council appraised", "appraised council")),
            (
                "self appraised-1 appraised-2 council",
                ("council appraised-2 appraised-1", "appraised-2 council", "council"),
            ),
        )
    )
    return stages.split(), rng.choice(orders).split()


def _round_text(
    stages: Sequence[str],
    final_from: Sequence[str],
    incomplete: str,
    groups: Iterable[str],
    index: str = "par-index",
    year: int = 2022,
) -> str:
    lines = [
        "schema: parindex.round/1",
        f"round: dak-lak-{year}",
        f"index: {index}",
        f"year: {year}",
        f"reference_date: {year}-12-31",
        f"stages: [{', '.join(stages)}]",
        f"final_from: [{', '.join(final_from)}]",
        f"incomplete: {incomplete}",
        "groups:",
        *(f"  {group}: {{rulebook: rulebook/{group}.yaml}}" for group in groups),
    ]
    return "\n".join(lines) + "\n"


def _clear(folder: Path) -> None:
    """Make the folder, and take away what an earlier season left in it."""
    (folder / "rulebook").mkdir(parents=True, exist_ok=True)
    for stale in (*folder.glob("*.csv"), *folder.glob("rulebook/*.yaml")):
        stale.unlink()


def write_season(
    folder: Path,
    rng: random.Random,
    *,
    units: int,
    items: int,
    groups: int = 1,
    ties: bool = False,
    flavour: str | None = None,
) -> None:
    """Write a valid round: so many units in all, so many items in the rulebook of each group.

    With ties, points and indices land on rounding halves and units share their indices.
    """
    if not 1 <= groups <= min(units, len(GROUPS)) or items < 1:
        raise ValueError("a season needs an item, and a unit for each of at most six groups")
    _clear(folder)
    taste = _taste(rng, flavour, ties=ties)
    stages, final_from = _stages(rng)
    index, year = rng.choice(("par-index", "ddci")), rng.randint(2019, 2026)
    chosen = rng.sample(GROUPS, groups)
    incomplete = "zero" if taste.incomplete else "refuse"
    text = _round_text(stages, final_from, incomplete, [name for name, *_ in chosen], index, year)
    (folder / "round.yaml").write_text(text, encoding="utf-8")

    whole = Sheet()
    listed: list[Row] = []
    members_of: list[tuple[str, list[str]]] = []
    parts = ("entries", "findings", "facts", "adjustments")
    for (name, tier, prefix, noun), size in zip(chosen, _split(rng, units, groups), strict=True):
        book = _book(rng, taste, name, tier, items)
        lines = "\n".join(_book_lines(rng, book, index, year)) + "\n"
        (folder / "rulebook" / f"{name}.yaml").write_text(lines, encoding="utf-8")
        draw = _Draw(rng, taste, book.scale)
        numbered = rng.random() < 0.2  # official codes are numbers and stay text
        members: list[str] = []
        sheets: list[Sheet] = []
        for number in range(size):
            unit = f"{24000 + len(listed)}" if numbered else f"{prefix}-{number:03}"
            ranked = "no" if rng.random() < 0.1 else "yes"
            title = f"{noun} {rng.choice(PLACES)} {number + 1}"
            listed.append({"unit": unit, "name": title, "group": name, "ranked": ranked})
            members.append(unit)
            if sheets and draw.chance(taste.clones):
                sheet = _clone(draw, book, rng.choice(sheets))
            else:
                sheet = _sheet(draw, book, stages, final_from)
            sheets.append(sheet)
            for part in parts:
                rows: list[Row] = getattr(whole, part)
                rows += [{"unit": unit} | row for row in getattr(sheet, part)]
        members_of.append((name, members))

    _write_table(folder / "units.csv", UNITS, listed, rng, taste)
    _write_table(folder / "entries.csv", ENTRIES, whole.entries, rng, taste)
    for part, columns in zip(parts[1:], (FINDINGS, FACTS, ADJUSTMENTS), strict=True):
        rows = getattr(whole, part)
        if rows or rng.random() < 0.2:
            _write_table(folder / f"{part}.csv", columns, rows, rng, taste)
    if rng.random() < 0.8:
        rows = _previous(rng, taste, members_of)
        told = [each for each in PREVIOUS if not rows or each in rows[0]]
        _write_table(folder / "previous.csv", told, rows, rng, taste)


# ---- the benchmark -----------------------------------------------------------------------------

MIX = (
    *(("options", "", "appraisal"),) * 5,
    ("options", "", "external"),
    *(("ratio", "", "dossiers"),) * 3,
    *(("ratio", "", "appraisal"),) * 3,
    ("bands", "ratio", "appraisal"),
    ("bands", "ratio", "dossiers"),
    ("bands", "count", "appraisal"),
    *(("deduction", "", "appraisal"),) * 2,
    ("given", "", "appraisal"),
    ("given", "", "external"),
    ("ratio", "", "survey"),
)


def write_bench(folder: Path, *, units: int, items: int, seed: int) -> None:
    """Write a large round of communes as a province would have it, one stage, row by row."""
    rng = random.Random(seed)
    _clear(folder)
    taste = _Taste(not_applicable=0.02, hollow=0.0, dialects=False)
    text = _round_text(["appraised"], ["appraised"], "refuse", ["communes"])
    (folder / "round.yaml").write_text(text, encoding="utf-8")

    draw = _Draw(rng, taste, Scale(4, 2))
    book = Book("communes", "commune", draw.scale, "renormalise", (Decimal(2), Decimal(5)))
    kinds = [MIX[number % len(MIX)] for number in range(items)]
    rng.shuffle(kinds)
    for number, (shape, on, source) in enumerate(kinds):
        if number % 25 == 0:
            book.areas.append([])
        if number % 5 == 0:
            book.areas[-1].append([])
        code = f"{len(book.areas)}.{len(book.areas[-1])}.{number % 5 + 1}"
        maximum = Decimal(rng.randint(1, 8)) / 4
        book.areas[-1][-1].append(draw.shaped(code, maximum, source, shape, on))
    lines = "\n".join(_book_lines(rng, book, "par-index", 2022)) + "\n"
    (folder / "rulebook" / "communes.yaml").write_text(lines, encoding="utf-8")

    all_items = book.items
    names = {part: folder / f"{part}.csv" for part in ("units", "entries", "findings", "facts")}
    with (
        names["units"].open("w", encoding="utf-8", newline="") as roll,
        names["entries"].open("w", encoding="utf-8", newline="") as entries,
        names["findings"].open("w", encoding="utf-8", newline="") as findings,
        names["facts"].open("w", encoding="utf-8", newline="") as facts,
    ):
        for file, columns in (
            (roll, UNITS),
            (entries, ENTRIES),
            (findings, FINDINGS),
            (facts, FACTS),
        ):
            file.write(",".join(columns) + "\n")
        for number in range(units):
            unit = f"xa-{number:05}"
            roll.write(f"{unit},Xã {number},communes,yes\n")
            for item in all_items:
                start = f"{unit},{item.code}"
                cells = _bench_cells(draw, item)
                waived = rng.random() < taste.not_applicable
                if waived:
                    entries.write(f"{start},appraised,,,,,,,,yes,không có nhiệm vụ\n")
                elif item.entered:
                    entries.write(f"{start},appraised,{cells},,,\n")
                if item.source == "survey":
                    findings.write(f"{start},{cells}\n")
                elif item.source == "dossiers":
                    facts.write(f"{start},{cells},resolved,{DIGESTS[1]}\n")


def _bench_cells(draw: _Draw, item: Item) -> str:
    """The cells of one quantity, from the numerator to the points (or share to n, or to value)."""
    chance = draw.rng.random
    if item.of_people:
        return f"0.{int(5000 + 5000 * chance()):04},0.0{int(100 + 300 * chance())},{400}"
    if item.shape == "ratio" or item.on == "ratio":
        due = 20 + int(1980 * chance())
        done = due - int(due * 0.4 * chance() ** 3)
        return f"{done},{due}," if item.source == "dossiers" else f"{done},{due},,,,"
    cells = draw.quantity(item)
    return f",,,{cells.get('count', '')},{cells.get('option', '')},{cells.get('points', '')}"
