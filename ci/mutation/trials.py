"""Trying mutants: which cases come by each, in what order they are tried, and what is known from earlier runs."""
import collections
import concurrent.futures
import hashlib
import json
import os
import resource
import signal
import subprocess
import sys
import threading
import time

import yaml

from mutation.sources import BUILD, MOST, PROGRAMS, ROOT

SOCKSPEC = ROOT / "build" / "dev" / "bin" / "sockspec"
PROFILE = BUILD / "profile.yaml"
REACH = BUILD / "reach.jsonl"
RESULTS = BUILD / "results.jsonl"
HASTE = 0.2         # of the deadlines of cases; who dies of one that is so short is tried again with the whole of it
DEADLINE_S = 2      # the shortest there is, as in harness/run/script.c
HANG_S = 60         # a run of some cases that does not end
UNIT_HANG_S = 20
OTHER_ZONES = {"impl/lib/time_text.c": ("UTC0", "XXX3:30", "XXX5")}
STEPS = (6, 60)     # cases tried at once, before the rest
LONGEST = 12        # cases that are tried as well, whatever they come by
ZONE = "XXX-5:45"   # a time zone that is wrong in all ways when it is taken for UTC
KNOWN = 2           # of the first: those that killed most in the same function


def digest(*parts):
    total = hashlib.sha1()
    for part in parts:
        total.update(part if isinstance(part, bytes) else str(part).encode())
        total.update(b"\0")
    return total.hexdigest()


def digest_files(paths):
    return digest(*(part for path in sorted(paths) for part in (path.relative_to(ROOT), path.read_bytes())))


def write_profile():
    profile = yaml.safe_load((ROOT / "conformance" / "profiles" / "reference.yaml").read_text(encoding="utf-8"))
    for launch in profile["programs"].values():
        launch["command"][0] = str(PROGRAMS / launch["command"][0])
    PROFILE.write_text(yaml.safe_dump(profile), encoding="utf-8")


def limit_memory():
    resource.setrlimit(resource.RLIMIT_DATA, (4 << 30, 4 << 30))  # a mutant may ask for all there is


def execute(command, patience_s, output, **variables):
    """Its exit status and output; (None, "") when it does not end."""
    with subprocess.Popen(command, env={**os.environ, "TZ": ZONE, **variables}, stdin=subprocess.DEVNULL, stdout=output,
                          stderr=subprocess.DEVNULL, start_new_session=True, preexec_fn=limit_memory) as process:
        try:
            printed, _ = process.communicate(timeout=patience_s)
            return process.returncode, (printed or b"").decode(errors="replace")
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            return None, ""


def run_cases(ids, *options, patience_s=HANG_S, **variables):
    """Exit status (None: the run did not end) and the events of the cases."""
    command = [SOCKSPEC, "run", "--quiet", "--strict", "--profile", PROFILE, "--jsonl", "-", *options, *ids]
    status, printed = execute(command, patience_s, subprocess.PIPE, **variables)
    events = [json.loads(line) for line in printed.splitlines()]
    return status, [event for event in events if event["event"] == "case"]


def run_unit(test, **variables):
    return execute([test], UNIT_HANG_S, subprocess.DEVNULL, **variables)[0]


# --- what comes by ---

class Case:
    def __init__(self, event, reached, suite):
        self.id = event["id"]
        self.suite = suite          # a digest of its file
        self.program = event["program"]
        self.seconds = event["seconds"]
        self.slow = event["verdict"] == "skip"
        self.reached = reached      # a bit for each mutant
        self.weight = bin(reached).count("1")


def marks(index, run):
    """The mutants that a run comes by, as bits."""
    path = BUILD / f"marks-{index}"
    path.write_bytes(bytes(MOST))
    run(str(path))
    found = path.read_bytes()
    path.unlink()
    return sum(1 << number for number, mark in enumerate(found) if mark)


def reach(sources, jobs):
    """All cases, and by which mutants each comes; all must pass without one. What is known from before, for the same
    sources and the same suite, is not asked again."""
    status, events = run_cases([], "--skip-slow", patience_s=600)
    if status:
        wrong = [event["id"] for event in events if event["verdict"] not in ("pass", "skip", "info")]
        sys.exit(f"ci/mutants: without a mutant {', '.join(wrong[:5]) or 'the run'} fails: status {status}")
    known = dict(json.loads(line) for line in REACH.read_text().splitlines()) if REACH.exists() else {}
    suites = {file: open(file, "rb").read() for file in {event["file"] for event in events}}
    done = []

    def ask(item):
        index, event = item
        key = digest(sources, ZONE, event["id"], suites[event["file"]])
        bits = known.get(key)
        if bits is None:
            bits = f"{marks(index, lambda path: run_cases([event['id']], MUTANTS_REACHED=path)):x}"
            with lock:
                file.write(json.dumps([key, bits]) + "\n")
        done.append(key)
        progress("coming by", len(done), len(events), time.monotonic() - start)
        return Case(event, int(bits, 16), digest(suites[event["file"]]))

    start = time.monotonic()
    lock = threading.Lock()
    with open(REACH, "a", encoding="utf-8") as file, concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        return list(pool.map(ask, enumerate(events)))


# --- trying them ---

class Results:
    """What came of each, in a file that grows as they are tried. A kill holds as long as the mutant's own file stays as
    it is, a survival as long as no suite with a case that comes by changes either."""

    def __init__(self, afresh):
        self.known = {}
        self.lock = threading.Lock()
        if RESULTS.exists() and not afresh:
            for line in RESULTS.read_text(encoding="utf-8").splitlines():
                result = json.loads(line)
                self.known[result["key"]] = result
        self.file = open(RESULTS, "w" if afresh else "a", encoding="utf-8")

    def find(self, key, tests):
        result = self.known.get(key)
        return result if result and (result["by"] or result["tests"] == tests) else None

    def add(self, result):
        with self.lock:
            self.known[result["key"]] = result
            self.file.write(json.dumps(result) + "\n")
            self.file.flush()


class Trial:
    """Mutants against the cases that come by them, those most likely to notice first."""

    def __init__(self, mutants, cases, most):
        self.cases = cases
        self.functions = collections.Counter()      # the bits of the mutants of each
        for mutant in mutants:
            self.functions[mutant.path, mutant.function] |= 1 << mutant.number
        self.most = most
        self.kills = collections.defaultdict(collections.Counter)   # by function: the cases that killed in it

    def tests(self, mutant):
        """A digest of all that could notice it."""
        suites = {case.suite for case in self.cases if case.reached >> mutant.number & 1}
        return digest(*sorted(suites)) + (" all" if self.most == MOST else "")

    def kill(self, mutant):
        """The case that notices and how ("fail", "deadline", "hang", perhaps where), or (None, reason)."""
        reaching = [case for case in self.cases if case.reached >> mutant.number & 1]
        if not reaching and mutant.path not in OTHER_ZONES:
            return None, "no case comes by"
        slower = None
        for scale, group in self.groups(mutant, reaching):
            case, how = self.attempt(mutant.number, group, scale)
            if case and how == "late":
                slower = case
                case, how = self.attempt(mutant.number, group, 1)
            if case:
                self.kills[mutant.path, mutant.function][case] += 1
                return case, how
        for zone in OTHER_ZONES.get(mutant.path, ()):
            within = self.functions[mutant.path, mutant.function]
            ids = [case.id for case in self.cases if case.reached & within][:STEPS[0]]
            case, how = self.attempt(mutant.number, ids, 1, TZ=zone)
            if case:
                return case, f"{how} in {zone}"
        return None, f"slower in {slower}" if slower else "survives"

    def groups(self, mutant, reaching):
        """Deadlines and ids of the cases to be tried at once, one group behind the other."""
        kills = self.kills[mutant.path, mutant.function]
        quick = [case for case in self.by_kind(mutant, reaching) if not case.slow]
        first = sorted(quick, key=lambda case: -kills[case.id])[:KNOWN] if kills else []
        first += [case for case in quick if case not in first][:STEPS[0] - len(first)]
        longest = sorted(quick, key=lambda case: -case.seconds)[:LONGEST]   # those that count what clients leave behind
        rest = longest + [case for case in quick if case not in longest][:self.most]
        rest = [case for case in rest if case not in first]
        slow = [case for case in reaching if case.slow][:max(self.most // 20, 1)]
        groups = [(HASTE, first), (HASTE, rest[:STEPS[1]]), (HASTE, rest[STEPS[1]:]), (1, slow)]
        return [(scale, [case.id for case in group]) for scale, group in groups if group]

    def by_kind(self, mutant, reaching):
        """First one of each kind, then another of each, the rarest first. Kinds are by turns those that come by the
        same in this function and those of one topic."""
        within = self.functions[mutant.path, mutant.function]
        ways = rank(reaching, lambda case: (case.program, case.reached & within), lambda case: case.weight)
        topics = rank(reaching, lambda case: case.id.split("/")[:2], lambda case: -case.weight)
        return list(dict.fromkeys(case for pair in zip(ways, topics) for case in pair))

    @staticmethod
    def attempt(number, ids, scale, **variables):
        start = time.monotonic()
        status, events = run_cases(ids, "--fail-fast", "--time-scale", str(scale), "--jobs", "8",
                                   MUTANT=str(number), **variables)
        if status is None:
            return ids[0], "hang"
        if status == 0:
            return None, "survives"
        wrong = [event for event in events if event["verdict"] in ("fail", "unresolved", "nonstrict")]
        if not wrong:
            return ids[0], f"status {status} after {time.monotonic() - start:.0f} s"
        prompt = [event for event in wrong if event["seconds"] < DEADLINE_S * scale * 0.9]
        if prompt:
            return prompt[0]["id"], prompt[0]["verdict"]
        return wrong[0]["id"], "late" if scale < 1 else "deadline"


def rank(cases, kind, order):
    kinds = collections.defaultdict(list)
    for case in sorted(cases, key=order):
        kinds[str(kind(case))].append(case)
    ranked = [(place, len(like), case.id, case) for like in kinds.values() for place, case in enumerate(like)]
    return [case for *_, case in sorted(ranked, key=lambda item: item[:3])]


class UnitTrial:
    def __init__(self, sources):
        self.sources = sources
        self.reached = {}
        for index, test in enumerate(sorted(PROGRAMS.glob("test_*"))):
            bits = marks(f"unit-{index}", lambda path, test=test: self.check(test, path))
            self.reached[test] = bits

    @staticmethod
    def check(test, path):
        if run_unit(test, MUTANTS_REACHED=path) != 0:
            sys.exit(f"ci/mutants: {test.name} fails without a mutant")

    def tests(self, _):
        return self.sources

    def kill(self, mutant):
        tests = [test for test, bits in self.reached.items() if bits >> mutant.number & 1]
        for test in sorted(tests, key=lambda test: test.name != f"test_{mutant.path.split('/')[-1][:-2]}"):
            if run_unit(test, MUTANT=str(mutant.number)) != 0:
                return test.name, "fail"
        return None, "survives" if tests else "no test comes by"


def progress(what, done, total, seconds):
    if sys.stderr.isatty() or done % 100 == 0 or done == total:
        rate = done / max(seconds, 0.001)
        print(f"\r{what}: {done} of {total}, {rate:.1f}/s, {(total - done) / max(rate, 0.001):.0f} s to go ",
              end="" if sys.stderr.isatty() else "\n", file=sys.stderr, flush=True)


def try_all(what, trial, mutants, results, jobs):
    """The result of each mutant."""
    texts = {path: (ROOT / path).read_bytes() for path in {mutant.path for mutant in mutants}}
    start = time.monotonic()
    done = []

    def attempt(mutant):
        key = digest(what, mutant.path, mutant.name, texts[mutant.path])
        tests = trial.tests(mutant)
        result = results.find(key, tests)
        if not result:
            began = time.monotonic()
            by, how = trial.kill(mutant)
            result = {"key": key, "what": what, "mutant": str(mutant), "by": by, "how": how, "tests": tests,
                      "seconds": round(time.monotonic() - began, 2)}
            results.add(result)
        done.append(result)
        progress(what, len(done), len(mutants), time.monotonic() - start)
        return result

    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        return dict(zip(mutants, pool.map(attempt, mutants)))
