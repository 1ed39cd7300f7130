"""Every benchmark, one after another: their tables, one JSON of all, and the picture of growth.

    python benchmarks/all.py out.json [--picture growth.svg] [--events 100000 1000000 10000000] [--against earlier.json]

``--against`` fails where slakit has fallen back, in relation to the reference workload of the same run, by
more than 20 % behind an earlier file of this script.
"""

import argparse
import json
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

HERE = Path(__file__).parent


def main() -> int:
    """Run, gather, draw."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("json", type=Path)
    parser.add_argument("--picture", type=Path)
    parser.add_argument("--events", type=int, nargs="+", default=[100_000, 1_000_000, 10_000_000])
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--against", type=Path)
    asked = parser.parse_args()
    earlier: dict[str, Any] = json.loads(asked.against.read_text(encoding="utf-8")) if asked.against else {}
    found: dict[str, Any] = {}
    failed = []
    with TemporaryDirectory() as folder:
        for name, options in (
            ("working_time", []),
            ("whole_job", ["--repeat", str(asked.repeat), "--events", *map(str, asked.events)]),
            ("busy_job", ["--repeat", str(asked.repeat)]),
            ("loading", ["--repeat", str(asked.repeat)]),
            ("live", []),
            ("start", []),
            ("where", []),
        ):
            out, before = Path(folder, f"{name}.json"), Path(folder, f"{name}-earlier.json")
            command = [sys.executable, str(HERE / f"{name}.py"), *options, "--json", str(out)]
            if "ratios" in earlier.get(name, {}):
                before.write_text(json.dumps(earlier[name]), encoding="utf-8")
                command += ["--against", str(before)]
            print(f"\n== {name}", flush=True)
            if subprocess.run(command, check=False).returncode:
                failed.append(name)
            if out.exists():
                found[name] = json.loads(out.read_text(encoding="utf-8"))
        asked.json.write_text(json.dumps(found, indent=1), encoding="utf-8")
        if asked.picture and "whole_job" in found:
            subprocess.run([sys.executable, str(HERE / "growth.py"), str(asked.picture), str(Path(folder, "whole_job.json"))], check=True)
    print(f"failed: {', '.join(failed)}" if failed else "all agree")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
