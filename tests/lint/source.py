"""What the lints in Python share: the project's files, C without comments."""
import os
import re
import subprocess
import sys

TOP = os.path.realpath(os.path.join(os.path.dirname(__file__), "../.."))

COMMENT_OR_TEXT = re.compile(
    r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.S)


def files(*patterns):
    """Project files that match, relative to the top; never none."""
    run = subprocess.run([os.path.join(TOP, "tests/lint/files"), *patterns],
                         stdout=subprocess.PIPE, text=True, check=True)
    found = run.stdout.split()
    if not found:
        sys.exit(f"no file matches {patterns}")
    return found


def text(path):
    """What a file holds."""
    with open(os.path.join(TOP, path), encoding="utf-8") as file:
        return file.read()


def blank(match):
    """Nothing, in as many lines; of a text the quotes stay."""
    quote = match[0][0] if match[0][0] in "\"'" else ""
    return quote + "\n" * match[0].count("\n") + (quote or " ")


def code(path):
    """The lines of a C file, numbered from 1, without comments and texts.

    Directives keep their texts: an #include is nothing without.
    """
    whole = text(path).split("\n")
    bare = COMMENT_OR_TEXT.sub(blank, text(path)).split("\n")
    for number, (line, before) in enumerate(zip(bare, whole), 1):
        yield number, before if line.lstrip().startswith("#") else line


def finish(findings):
    """Print what was found, and exit as it deserves."""
    for finding in findings:
        print(finding)
    sys.exit(1 if findings else 0)
