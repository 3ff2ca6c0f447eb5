"""ip-parse, or by --fault a wrong one."""
import sys

if len(sys.argv) > 2 and sys.argv[1] == "--fault":
    fault = sys.argv[2]
    del sys.argv[1:3]
else:
    fault = ""
DECIMAL = frozenset("0123456789")  # not by `re`, which takes as long to import as all the rest
HEXADECIMAL = DECIMAL | frozenset("abcdefABCDEF")


def is_decimal(part):
    if not part or not DECIMAL.issuperset(part):
        return False
    return fault == "leading-zeros" or part == "0" or part[0] != "0"


def parse_ipv4(text):
    parts = text.split(".")
    if fault == "short-ipv4" and len(parts) == 3:
        parts.insert(2, "0")
    if len(parts) != 4 or not all(map(is_decimal, parts)):
        return None
    numbers = [int(part) for part in parts]
    return numbers if all(number < 256 for number in numbers) else None


def parse_groups(text):
    """The 16-bit groups of one side of `::`, or None."""
    groups = []
    words = text.split(":") if text else []
    for index, word in enumerate(words):
        dotted = parse_ipv4(word) if "." in word and index == len(words) - 1 else None
        if dotted:
            groups += [dotted[0] << 8 | dotted[1], dotted[2] << 8 | dotted[3]]
        elif word and len(word) <= 4 and HEXADECIMAL.issuperset(word):
            groups.append(int(word, 16))
        else:
            return None
    return groups


def parse_ipv6(text):
    if fault == "zone":
        text = text.partition("%")[0]
    before, gap, after = text.partition("::")
    if "." in before and gap:
        return None
    head, tail = parse_groups(before), parse_groups(after)
    if head is None or tail is None:
        return None
    missing = 8 - len(head) - len(tail)
    least = 0 if fault == "empty-gap" else 1
    if gap:
        return head + [0] * missing + tail if missing >= least else None
    return head if missing == 0 else None


def longest_run(groups):
    """Where the zero groups for `::` begin, and how many they are."""
    best = (0, 0)
    for start in range(8):
        length = 0
        while start + length < 8 and groups[start + length] == 0:
            length += 1
        longer = length >= best[1] if fault == "last-run" else length > best[1]
        if length and longer:
            best = (start, length)
        if fault == "first-run" and best[1] > 1:
            break
    return best


def format_ipv6(groups):
    if groups[:6] == [0, 0, 0, 0, 0, 0xffff] and fault != "mapped-in-hex":
        return ".".join(str(part) for group in groups[6:] for part in (group >> 8, group & 255))
    form = {"upper-case": "%X", "padded": "%04x"}.get(fault, "%x")
    words = [form % group for group in groups]
    start, length = longest_run(groups)
    if length < (1 if fault == "single-zero" else 2) or fault == "uncompressed":
        return ":".join(words)
    return ":".join(words[:start]) + "::" + ":".join(words[start + length:])


def canonical(text):
    if ":" in text:
        groups = parse_ipv6(text)
        return format_ipv6(groups) if groups else None
    numbers = parse_ipv4(text)
    return ".".join(map(str, numbers)) if numbers else None


if fault == "extra-arguments":
    del sys.argv[2:]
if len(sys.argv) != 2:
    if fault != "usage-is-silent":
        sys.stderr.write(f"usage: {sys.argv[0]} ADDR\n")
    sys.exit(0 if fault == "usage-exits-0" else 1)
argument = sys.argv[1].strip() if fault == "strips" else sys.argv[1]
text = canonical(argument)
print(f"The address is {text}" if text else "Invalid address", end="" if fault == "no-newline" else "\n")
sys.exit(2 if text is None and fault == "exit-2" else 0)
