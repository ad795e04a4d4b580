"""Holds the files of deploy/ to each other and to what a server tells.

promises.py files            each alert has its page and its test, the dashboard is one, and no page is left over
promises.py figures SCRAPE   every figure that an alert or the dashboard asks for is there
"""

import json
import pathlib
import re
import sys

RULES = pathlib.Path("deploy/prometheus/rules.yml").read_text()
TESTS = pathlib.Path("deploy/prometheus/rules_test.yml").read_text()
DASHBOARD = json.loads(pathlib.Path("deploy/grafana/dashboard.json").read_text())
# Prometheus's own, and what only trouble brings.
ELSEWHERE = {"up"}


def expressions():
    """What the dashboard's panels ask for, with their titles."""
    for panel in DASHBOARD["panels"]:
        for target in panel.get("targets", []):
            yield panel["title"], target["expr"]


def figures(text):
    return set(re.findall(r"\b(?:plugin_host|process)_[a-z_]+", text))


def files():
    alerts = re.findall(r"- alert: (\w+)", RULES)
    wrong = []
    for alert in alerts:
        if f"runbook_url: docs/runbooks/{alert}.md" not in RULES:
            wrong.append(f"{alert} does not name its page")
        if not pathlib.Path(f"docs/runbooks/{alert}.md").is_file():
            wrong.append(f"{alert} has no page")
        if not re.search(rf"alertname: {alert}\n\s+exp_alerts", TESTS):
            wrong.append(f"no test sees {alert} fire")
        if not re.search(rf"alertname: {alert}\n(?!\s+exp_alerts)", TESTS):
            wrong.append(f"no test sees {alert} silent")
    left = {page.stem for page in pathlib.Path("docs/runbooks").glob("*.md")} - set(alerts)
    wrong += [f"docs/runbooks/{page}.md belongs to no alert" for page in sorted(left)]
    numbers = [panel["id"] for panel in DASHBOARD["panels"]]
    if len(set(numbers)) != len(numbers) or not all(expr for _, expr in expressions()):
        wrong.append("the dashboard has panels with one number, or without a query")
    return wrong, f"{len(alerts)} alerts with page and test, {len(list(expressions()))} queries of the dashboard"


def scrape(path):
    lines = pathlib.Path(path).read_text().splitlines()
    there = {re.split(r"[{ ]", line)[0] for line in lines if not line.startswith("#")}
    asked = [(title, name) for title, expr in expressions() for name in figures(expr)]
    asked += [("rules.yml", name) for line in RULES.splitlines() for name in figures(line)]
    wrong = [f"{title} asks for {name}, which is not there" for title, name in asked if name not in there | ELSEWHERE]
    shown = {re.sub(r"_(bucket|sum|count)$", "", name) for _, name in asked}
    unseen = {re.sub(r"_(bucket|sum|count)$", "", name) for name in there} - shown
    wrong += [f"nothing shows {name}" for name in sorted(unseen - {"process_threads"})]
    return sorted(set(wrong)), f"{len({name for _, name in asked})} figures are asked for and there"


wrong, right = files() if sys.argv[1] == "files" else scrape(sys.argv[2])
if wrong:
    sys.exit("\n".join(f"   WRONG: {words}" for words in wrong))
print(f"   {right}")
