"""Has parliament look whether the policies' actions, resources and condition keys exist and belong together.

    actions.py FOLDER-OF-POLICIES

parliament carries AWS's Service Authorization Reference. A statement with `Principal` is looked at as far as it goes.
"""

from __future__ import annotations

import sys
from pathlib import Path

import parliament

# Findings that are no faults: the beginning of what is said, and why.
EXPLAINED = {
    "Type mismatch: s3:TlsVersion requires a value of type Numeric": "parliament takes whole numbers alone for numbers",
    "Unknown condition s3:TlsVersion for action": "two actions of 's3:*' have no such key; the others are what is meant",
}


def main() -> int:
    files = sorted(Path(sys.argv[1]).glob("*.json"))
    faults = []
    for file in files:
        for finding in parliament.analyze_policy_string(file.read_text()).findings:
            fault = f"{file.name}: {finding.issue} {finding.title} {finding.detail} {finding.location}"
            if not str(finding.title + finding.detail).startswith(tuple(EXPLAINED)) and fault not in faults:
                faults.append(fault)
    if faults:
        print("\n".join(faults))
        return 1
    print(f"every action, resource and condition key of {len(files)} policies is one of AWS's")
    return 0


if __name__ == "__main__":
    sys.exit(main())
