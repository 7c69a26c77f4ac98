"""What the benchmarks share: running programs and measuring them, an environment for the peers, Markdown tables."""
import os
import platform
import statistics
import resource
import subprocess
import sys
import time

PROJECT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


class TookTooLong(Exception):
    """A program was ended at its limit of time."""


def measure(arguments, limit=None, **options):
    """Runs a program in a process of its own, so that the peak memory is its own, and ends everything if it fails.

    limit: seconds after which the program is killed and TookTooLong raised.

    Returns wall seconds, CPU seconds of the program and all its children, and the largest resident set of any of them in
    MB.
    """
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reader)
        start = time.monotonic()
        try:
            result = subprocess.run(arguments, stdout=subprocess.DEVNULL, timeout=limit, **options)
        except subprocess.TimeoutExpired:
            os.write(writer, b"late")
            os._exit(0)
        wall = time.monotonic() - start
        usage = resource.getrusage(resource.RUSAGE_CHILDREN)
        text = f"{result.returncode} {wall} {usage.ru_utime + usage.ru_stime} {usage.ru_maxrss / 1024}"
        os.write(writer, text.encode())
        os._exit(0)
    os.close(writer)
    text = b""
    while part := os.read(reader, 4096):
        text += part
    os.close(reader)
    os.waitpid(child, 0)
    if text == b"late":
        raise TookTooLong
    status, wall, cpu, peak = text.decode().split()
    if status != "0":
        sys.exit(f"{' '.join(arguments)}: ended with {status}")
    return float(wall), float(cpu), float(peak)


def peers(folder, *packages):
    """The Python of an environment that has some packages of PyPI; made where it is missing."""
    environment = os.path.join(folder, "venv")
    python = os.path.join(environment, "bin", "python")
    if not os.path.exists(python):
        subprocess.run([sys.executable, "-m", "venv", environment], check=True)
    subprocess.run([python, "-m", "pip", "install", "--quiet", *packages], check=True)
    return python


def versions(python, *packages):
    script = ("import sys, importlib.metadata as m;"
              " print(', '.join(f'{name} {m.version(name)}' for name in sys.argv[1:]))")
    return subprocess.run([python, "-c", script, *packages], capture_output=True, text=True, check=True).stdout.strip()


def machine():
    model = platform.machine()
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as file:
            names = [line.split(":", 1)[1].strip() for line in file if line.startswith("model name")]
        model = names[0] if names else model
    except OSError:
        pass
    return f"{os.cpu_count()} cores ({model}), {platform.system()} {platform.release().split('-')[0]}"


class Results:
    """The measurements of a run, by what was measured, in the order in which it was first done."""

    def __init__(self):
        self.runs = {}

    def note(self, name, result):
        self.runs.setdefault(name, []).append(result)
        print(f"{name}: {result[0]:.2f} s wall, {result[1]:.2f} s CPU, {result[2]:.0f} MB", file=sys.stderr)

    def medians(self, name):
        return tuple(statistics.median(values) for values in zip(*self.runs[name]))

    def add_sums(self, parts):
        """Adds for each new name the sums of other measurements, run by run, and the larger of their peaks."""
        for name, titles in parts.items():
            if all(title in self.runs for title in titles):
                self.runs[name] = [(sum(run[0] for run in runs), sum(run[1] for run in runs), max(run[2] for run in runs))
                                   for runs in zip(*(self.runs[title] for title in titles))]

    def table(self, work, base=None, rate=None):
        """Prints medians as a Markdown table.

        work: the names to print.
        base: the one whose wall and CPU time the others are given as multiples of.
        rate: for each name a number of things done, and their unit in the heading.
        """
        heading = ["work", "wall s", "CPU s", "peak MB"]
        if base:
            heading += ["wall ×", "CPU ×"]
        if rate:
            heading.append(rate[1])
        print(f"| {' | '.join(heading)} |\n|{'---|' * len(heading)}")
        for name in work:
            wall, cpu, peak = self.medians(name)
            cells = [name, f"{wall:.2f}", f"{cpu:.2f}", f"{peak:.0f}"]
            if base:
                base_wall, base_cpu, _ = self.medians(base)
                cells += [f"{wall / base_wall:.1f}", f"{cpu / base_cpu:.1f}"]
            if rate:
                cells.append(f"{rate[0] / wall:.2f}")
            print(f"| {' | '.join(cells)} |")
        print()

    def scale(self, sizes):
        """Prints how the cost grows with the size, and how far each is from the line through the smallest and the largest.

        sizes: the number of rows by the name of what was measured, ascending.
        """
        (first, low), (last, high) = list(sizes.items())[0], list(sizes.items())[-1]
        print(f"| work | rows | wall s | from a line | CPU s | from a line | peak MB |\n|{'---|' * 7}")
        for name, rows in sizes.items():
            cells = [name, f"{rows:,}"]
            for column in (0, 1):
                start, end = self.medians(first)[column], self.medians(last)[column]
                value = self.medians(name)[column]
                line = start + (end - start) * (rows - low) / (high - low)
                cells += [f"{value:.2f}", f"{100 * (value / line - 1):+.0f} %"]
            print(f"| {' | '.join(cells)} | {self.medians(name)[2]:.0f} |")
        print()
