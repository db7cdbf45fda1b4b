"""The command line: one thin command per use case, and exit codes that are promises.

0 done, 1 the input is wrong, 2 wrong usage, 3 refused for safety.
"""

from __future__ import annotations

import argparse
import gc
import os
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from types import ModuleType
from typing import Any, NoReturn
from zoneinfo import ZoneInfo

import orjson

from krisenfest import __version__, clock, config, rebuild
from krisenfest.domain.periods import YEARS
from krisenfest.errors import KrisenfestError, Problem, SourceError
from krisenfest.sources.standing import Progress

BERLIN = ZoneInfo("Europe/Berlin")


def run() -> NoReturn:
    """Run the command of this process and end it."""
    try:
        code = main()
        sys.stdout.flush()
    except BrokenPipeError:  # `| head` has read enough
        code = 0
    sys.stderr.flush()
    os._exit(code)  # a large town's records need not be taken apart one by one before the memory is given back


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; gives its exit code."""
    parser = build_parser()
    given = parser.parse_args(arguments)
    try:
        given.config = config.from_environment(os.environ)
        return int(given.run(given))
    except SourceError as error:
        _tell(error.problems)
        return error.exit_code
    except KrisenfestError as error:
        print(f"krisenfest: {error}", file=sys.stderr)
        return error.exit_code
    except BrokenPipeError:
        raise
    except OSError as error:
        print(f"krisenfest: {error.filename or 'file'}: {error.strerror}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def build_parser() -> argparse.ArgumentParser:
    """The parser of every command."""
    parser = argparse.ArgumentParser(
        prog="krisenfest", description="The town's prepared second voice: what applies, what is open, what to do."
    )
    parser.add_argument("--version", action="version", version=f"krisenfest {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    _demo(commands)
    _check(commands)
    _build(commands)
    _import(commands)
    _applies(commands)
    _replay(commands)
    _areas(commands)
    _desk(commands)
    return parser


def _instant(text: str) -> datetime:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r}: write a time such as 2026-07-01T12:00") from None
    if at.year not in YEARS:
        raise argparse.ArgumentTypeError(f"{text!r}: write a year from {YEARS[0]} to {YEARS[-1]}")
    return (at if at.tzinfo else at.replace(tzinfo=BERLIN)).astimezone(UTC)


def _argument(read: Callable[[str], Any], hint: str) -> Callable[[str], Any]:
    def typed(text: str) -> Any:
        try:
            return read(text)
        except ValueError:
            raise argparse.ArgumentTypeError(f"{text!r}: {hint}") from None

    return typed


def _command(commands: Any, name: str, run: Any, summary: str) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = commands.add_parser(name, help=summary, description=summary)
    parser.set_defaults(run=run)
    return parser


def _demo(commands: Any) -> None:
    parser = _command(commands, "demo", demo, "Show the product with the example town Musterstadt; no questions asked.")
    parser.add_argument("--port", type=int, default=8000, help="port on 127.0.0.1 (0: a free one; default 8000)")
    parser.add_argument("--data", type=Path, help="keep the demo's data here (default: a new temporary folder)")
    parser.add_argument("--json", action="store_true", help="print the addresses as JSON")


def _check(commands: Any) -> None:
    parser = _command(commands, "check", check, "Print every problem of a content folder at once.")
    parser.add_argument("folder", type=Path, metavar="FOLDER")
    parser.add_argument("--at", type=_instant, help="as of this time (default: now)")
    parser.add_argument("--json", action="store_true", help="print the problems as JSON")


def _build(commands: Any) -> None:
    parser = _command(commands, "build", build, "Build the site of a content folder; writes only what changed.")
    parser.add_argument("folder", type=Path, metavar="FOLDER")
    parser.add_argument("out", type=Path, metavar="OUT")
    parser.add_argument("--at", type=_instant, help="as of this time (default: now)")
    parser.add_argument("--base-url", default="", help="public address of the site")
    parser.add_argument("--state", type=Path, help="folder that continues the releases (default: OUT.state)")
    parser.add_argument("--json", action="store_true", help="print the result as JSON")


def _import(commands: Any) -> None:
    parser = _command(commands, "import", import_posts, "Turn Jekyll and Hugo posts into records.")
    parser.add_argument("posts", nargs="+", type=Path, metavar="POST")
    parser.add_argument("--into", type=Path, metavar="FOLDER", help="content folder that gets the records")
    parser.add_argument("--dry-run", action="store_true", help="write nothing")
    parser.add_argument("--json", action="store_true", help="print one JSON object a post")


def _applies(commands: Any) -> None:
    parser = _command(commands, "applies", applies, "Tell what applied in an area at a time, as published at a time.")
    parser.add_argument("folder", type=Path, metavar="FOLDER")
    parser.add_argument("--area", required=True, help="ARS, or a named part of the municipality")
    parser.add_argument("--at", type=_instant, required=True, help="when it applied")
    parser.add_argument("--known-at", type=_instant, help="as published at this time (default: now)")
    parser.add_argument("--state", type=Path, help="state folder of the builds, for earlier versions")
    parser.add_argument("--json", action="store_true", help="print the result as JSON")


def _replay(commands: Any) -> None:
    day = _argument(date.fromisoformat, "write a day such as 2021-04-24")
    pairs = _argument(lambda text: dict(pair.split("=", 1) for pair in text.split(",")), "write pairs such as area=ags")
    parser = _command(commands, "replay", replay, "Tell what a trigger decides on published figures, and why.")
    parser.add_argument("trigger", type=Path, metavar="TRIGGER")
    parser.add_argument("readings", type=Path, metavar="READINGS")
    areas = parser.add_mutually_exclusive_group(required=True)
    areas.add_argument("--area", metavar="AGS", help="key of a county, municipality or Land, or the name of a station")
    areas.add_argument("--all-areas", action="store_true", help="every area that the figures have, one after another")
    parser.add_argument("--holidays", default="", metavar="LAND", help="whose holidays count (default: the area's)")
    parser.add_argument("--at", type=day, metavar="DATE", help="as known at the end of this day (default: the last)")
    parser.add_argument("--columns", type=pairs, help="names of columns, such as area=ags,value=incidence7_fixed")
    parser.add_argument("--declared", type=Path, metavar="FILE", help="CSV of what authorities declared")
    parser.add_argument("--json", action="store_true", help="print one JSON object an area")


def _areas(commands: Any) -> None:
    parser = _command(commands, "areas", areas_import, "Bring the official directory of municipalities.")
    steps = parser.add_subparsers(dest="step", required=True, metavar="import")
    bring = steps.add_parser("import", help="read the directory as Destatis publishes it (CSV)")
    bring.add_argument("file", type=Path, metavar="FILE")
    bring.add_argument("--into", type=Path, required=True, metavar="FOLDER", help="content folder that gets areas.csv")


def _desk(commands: Any) -> None:
    serving = _command(commands, "serve", serve, "Run the desk, the sites and the background work, for production.")
    serving.add_argument("--host", default="127.0.0.1", help="answer at this address (default 127.0.0.1)")
    serving.add_argument("--port", type=int, default=8000, help="port (default 8000)")
    serving.add_argument("--no-worker", action="store_true", help="leave the background work to `krisenfest worker`")
    _command(commands, "worker", worker, "Do the background work in a process of its own.")
    town = _command(commands, "town", town_step, "Take a municipality in, or out, as a content folder.")
    town.add_argument("step", choices=["add", "export"], help="add: from a folder; export: into a folder")
    town.add_argument("slug", metavar="NAME", help="its name in addresses, such as musterstadt")
    town.add_argument("folder", type=Path, metavar="FOLDER")
    town.add_argument("--host", default="", help="host name of its public site")
    admin = _command(commands, "admin", break_glass, "Break glass: make a new administrator; it is logged.")
    admin.add_argument("slug", metavar="NAME", help="the municipality")
    admin.add_argument("email", metavar="EMAIL")
    admin.add_argument("--reset", action="store_true", help="the person lost every way to log in: begin anew")
    for name, run, summary in (
        ("backup", backup, "Write the whole installation as one file; encrypted if a password is set."),
        ("restore", restore, "Bring a backup into an empty installation."),
    ):
        _command(commands, name, run, summary).add_argument("file", type=Path, metavar="FILE")
    audit = _command(commands, "audit", audit_step, "Verify or export a municipality's audit log.")
    audit.add_argument("step", choices=["verify", "export"])
    audit.add_argument("slug", metavar="NAME", help="the municipality")
    audit.add_argument("--json", action="store_true", help="print the verdict as JSON")


def check(given: argparse.Namespace) -> int:
    """Exit 0: nothing to mend, 1: problems printed."""
    from krisenfest import pipeline

    problems = pipeline.check(given.folder, config=given.config, at=given.at or clock.now())
    if given.json:
        _print_json({"problems": [_problem_json(each) for each in problems]})
    else:
        _tell(problems)
    return 1 if problems else 0


def build(given: argparse.Namespace) -> int:
    """Exit 0: built (advice on standard error), 1: problems printed, nothing written."""
    began = clock.stopwatch_s()
    # A build makes many small lasting values and no cycles to speak of; looking for those costs a tenth of it.
    gc.disable()
    at = given.at or clock.now()
    report = rebuild.build_folder(
        given.folder,
        given.out,
        state_folder=given.state or given.out.with_name(f"{given.out.name}.state"),
        config=given.config,
        at=at,
        base_url=given.base_url,
        prints=True,
        progress=_progress(began),
    )
    _tell(report.advice)
    if given.json:
        counts = {name: getattr(report, name) for name in ("files", "written", "unchanged", "removed")}
        seconds = round(clock.stopwatch_s() - began, 3)
        _print_json({"release": report.release, **counts, "seconds": seconds})
    return 0


def applies(given: argparse.Namespace) -> int:
    """Exit 0: answered, 1: the folder or the area is wrong."""
    from krisenfest import pipeline

    answer = pipeline.applies_in(
        given.folder,
        area=given.area,
        at=given.at,
        known_at=given.known_at,
        state_folder=given.state,
        config=given.config,
        now=clock.now(),
    )
    if given.known_at and not given.state:
        said = "by the days that the entries name; with --state (OUT.state beside the site) by what the builds recorded"
        print(f"krisenfest: as published {said}", file=sys.stderr)
    if given.json:
        _print_json(answer)
    else:
        if not answer["applies"]:
            print(f"nothing applies in {answer['area']} at {answer['at']}, as published at {answer['known_at']}")
        for each in answer["applies"]:
            print(f"{each['kind']} {each['id']} (version {each['version']}, {each['state']}): {each['title']}")
    return 0


def replay(given: argparse.Namespace) -> int:
    """Exit 0: replayed (advice on standard error), 1: problems printed, nothing else."""
    from krisenfest.sources import replays

    trigger, areas, advice = replays.replay(replays.Order.of(vars(given)))
    _tell(advice)
    for timelines in areas:
        _print_json(replays.told_json(trigger, timelines)) if given.json else print(*replays.told(timelines), sep="\n")
    return 0


def areas_import(given: argparse.Namespace) -> int:
    """Exit 0: areas.csv written, 1: problems printed, nothing written."""
    from krisenfest import pipeline

    count = pipeline.import_areas(given.file, given.into)
    print(f"{count} areas", file=sys.stderr)
    return 0


def import_posts(given: argparse.Namespace) -> int:
    """Exit 0: all posts read, 1: problems printed, nothing written."""
    if given.into is None and not given.dry_run:
        print("krisenfest import: name the content folder with --into FOLDER, or use --dry-run", file=sys.stderr)
        return 2
    from krisenfest.sources import posts as importer

    posts = importer.import_posts(given.posts, None if given.dry_run else given.into)
    for post in posts:
        if given.json:
            _print_json(post.as_json())
        else:
            print("\n".join(post.report()))
    return 0


def demo(given: argparse.Namespace) -> int:
    """Exit 0 when it is stopped, 1 if the port is taken."""
    from krisenfest.web import demo as demo_server

    return demo_server.run(port=given.port, data=given.data, as_json=given.json, config=given.config, at=clock.now())


def _server() -> ModuleType:
    """The commands of the server, with Django set up and the tables up to date."""
    from krisenfest.web import setup

    setup.configure()
    setup.migrate()
    from krisenfest.web import commands

    return commands


def serve(given: argparse.Namespace) -> int:
    """Exit 0 when it is stopped, 1 if the port is taken."""
    commands = _server()
    return int(commands.serve(given.host, given.port, work=not given.no_worker))


def worker(given: argparse.Namespace) -> int:
    """Exit 0 when it is stopped."""
    commands = _server()
    return int(commands.work())


def town_step(given: argparse.Namespace) -> int:
    """Exit 0: done, 1: the folder has problems, or the name is taken or unknown; nothing written then."""
    commands = _server()
    if given.step == "add":
        return int(commands.add_town(given.slug, given.folder, host=given.host, at=clock.now()))
    return int(commands.export_town(given.slug, given.folder, at=clock.now()))


def break_glass(given: argparse.Namespace) -> int:
    """Exit 0: the link of the invitation is printed, 1: the municipality is not there."""
    commands = _server()
    return int(commands.break_glass(given.slug, given.email, reset=given.reset, at=clock.now()))


def backup(given: argparse.Namespace) -> int:
    """Exit 0: written, 1: the file is there already."""
    _server()
    from krisenfest.web import backups

    backups.backup(given.file, password=given.config.backup_password)
    return 0


def restore(given: argparse.Namespace) -> int:
    """Exit 0: everything is back, 3: not empty, or the password or the file is not right; nothing changed then."""
    _server()
    from krisenfest.web import backups

    backups.restore(given.file, password=given.config.backup_password)
    return 0


def audit_step(given: argparse.Namespace) -> int:
    """Exit 0: whole, or exported; 3: somebody changed it."""
    commands = _server()
    if given.step == "export":
        return int(commands.export_audit(given.slug))
    entries, problems = commands.verify_audit(given.slug)
    if given.json:
        _print_json({"entries": entries, "problems": problems})
    else:
        for problem in problems:
            print(problem, file=sys.stderr)
    return 3 if problems else 0


def _progress(began: float) -> Progress | None:
    if not sys.stderr.isatty():
        return None

    def show(done: int, total: int) -> None:
        if clock.stopwatch_s() - began > 1:
            print(f"\r{done} of about {total} entries", end="", file=sys.stderr, flush=True)

    return show


def _tell(problems: Sequence[Problem]) -> None:
    for problem in problems:
        print(problem, file=sys.stderr)


def _problem_json(problem: Problem) -> dict[str, Any]:
    return {name: getattr(problem, name) for name in ("path", "line", "field", "what", "hint", "advice")}


def _print_json(values: Any) -> None:
    sys.stdout.write(orjson.dumps(values).decode() + "\n")
    sys.stdout.flush()
