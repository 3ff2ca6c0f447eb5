"""Tables on the terminal: names to the left, numbers to the right."""


def print_table(head, rows):
    """Prints them in columns; the cells of a row may be of any type."""
    table = [head, *([str(cell) for cell in row] for row in rows)]
    widths = [max(map(len, column)) for column in zip(*table)]
    for line in table:
        print("  ".join([line[0].ljust(widths[0]), *(cell.rjust(width) for cell, width in zip(line[1:], widths[1:]))]))
