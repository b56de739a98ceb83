# SPDX-License-Identifier: GPL-3.0-or-later
"""Set the options of an INI file on standard input in the file PATH. Prints "changed" where it did.

Usage: add_options.py PATH
"""

from __future__ import annotations

import configparser
import os
import pathlib
import shutil
import sys


def parse(text):
    parser = configparser.RawConfigParser(default_section="", strict=False)
    parser.read_string(text)
    return parser


def main(path):
    present, given = parse(path.read_text()), parse(sys.stdin.read())
    if not given.sections():
        sys.exit("Nothing arrived on standard input.")
    if all(
        present.get(name, option, fallback=None) == value
        for name in given.sections()
        for option, value in given[name].items()
    ):
        return
    present.read_dict(given)
    new = path.with_name(path.name + ".new")
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as out:
        present.write(out)
    status = path.stat()
    os.chown(new, status.st_uid, status.st_gid)
    shutil.copymode(path, new)
    new.rename(path)
    print("changed")


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]))
