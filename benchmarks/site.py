"""How long the page of a large dataset takes to answer a key, in a headless Chromium.

    python benchmarks/site.py [PLACES]        60,000 by default; needs Chromium

The places are the demonstration's, repeated with other names, ids and points. What is timed is
what a reader waits for: from the event of a key (or a choice) until the table, then the map, show
what was asked. The page waits 120 ms for the next key before it filters; that is in the figures.
"""

import json
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any
from urllib.request import urlopen

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import numpy as np
import pandas as pd

PROJECT = Path(__file__).resolve().parents[1]
#: What a reader does, in order: label, and the script that does it.
GESTURES = {
    "type « e »": "type('e')",
    "type « bibl »": "type('bibl')",
    "type « mediatheque vil »": "type('mediatheque vil')",
    "clear": "type('')",
    "choose a category": "choose('cat', 1)",
    "choose a département": "choose('dep', 3)",
    "all again": "reset()",
}
SCRIPT = """
const wait = (name, start) => new Promise((done) => {
  const look = () => {
    const found = performance.getEntriesByName(name).filter((one) => one.startTime >= start - 200);
    const painted = () => setTimeout(() => done(performance.now() - start), 0);
    if (found.length) { requestAnimationFrame(painted); } else { setTimeout(look, 4); }
  };
  look();
});
const get = (id) => document.getElementById(id);
const said = (node, name) => node.dispatchEvent(new Event(name, { bubbles: true }));
const type = (text) => { get('q').value = text; said(get('q'), 'input'); };
const choose = (id, at) => { get(id).selectedIndex = at; said(get(id), 'change'); };
const reset = () => get('reset').click();
const timed = async (act) => {
  performance.clearMeasures();
  const start = performance.now();
  act();
  const table = await wait('opendata:tableau', start);
  const map = await wait('opendata:carte', start);
  return [table, map, get('found').textContent];
};
"""


#: The gestures are evaluated one by one, outside of the script above.
EXPOSED = "Object.assign(window, { type, choose, reset });"


def main() -> None:
    """Build the page, then time every gesture in it."""
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        print("Chromium is not installed: nothing measured.")
        return
    size = int(sys.argv[1]) if len(sys.argv) > 1 else 60_000
    with tempfile.TemporaryDirectory() as folder:
        page = build(Path(folder), size)
        measure(chromium, page, Path(folder) / "profile")


def build(folder: Path, size: int) -> Path:
    """A page of ``size`` places, with the scripts it loads."""
    from opendata import pipeline
    from opendata.pages.read import catalogue_of, release_of
    from opendata.paths import Paths
    from opendata.release import store
    from opendata.site import render_dataset
    from opendata.site.assets import write_assets
    from opendata.site.explorer import explorer_script

    paths = Paths(home=folder / "data", catalog=PROJECT / "catalog", mirror=None)
    pipeline.run("demo", paths)
    release = store.latest(paths, "demo")
    assert release is not None
    places = repeated(store.read_table(release, "lieux"), size)
    started = time.perf_counter()
    script = explorer_script(places)
    seconds = time.perf_counter() - started
    megabytes = len(script.encode()) / 1e6
    print(f"{size:,} places: script made in {seconds:.1f} s, {megabytes:.1f} MB")
    site = folder / "site"
    (site / "jeu").mkdir(parents=True)
    scripts = {"assets": f"../{write_assets(site)}", "data": "lieux.js"}
    (site / "jeu" / "lieux.js").write_text(script, encoding="utf-8")
    shown = release_of(release, catalogue_of(paths))
    about = {"id": "jeu", "title": shown.package["title"], "places": size, "scripts": scripts,
             "rows": places.head(1).to_dict("records")}  # fmt: skip
    about["rows"][0] |= {"categories": [], "sources": [], "latitude": None, "longitude": None}
    page = site / "jeu" / "index.html"
    page.write_text(render_dataset(about), encoding="utf-8")
    return page


def repeated(places: pd.DataFrame, size: int) -> pd.DataFrame:
    """Places again and again, each with its own id, name and point some kilometres off."""
    chance = np.random.default_rng(1)
    rows = places.iloc[np.arange(size) % len(places)].reset_index(drop=True)
    number = rows.index.astype("str")
    for name in ("latitude", "longitude"):
        moved = pd.to_numeric(rows[name]) + chance.normal(0, 0.15, size)
        rows[name] = moved.map(lambda one: "" if pd.isna(one) else f"{one:.6f}")
    return rows.assign(lieu_id="l-" + number, nom=rows["nom"] + " " + number)


def measure(chromium: str, page: Path, profile: Path) -> None:
    """Print what each gesture takes, in milliseconds."""
    command = [chromium, "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run",
               "--disable-background-networking", "--disable-component-update", "--disable-sync",
               "--window-size=1440,900", "--remote-debugging-port=0",
               f"--user-data-dir={profile}", "about:blank"]  # fmt: skip
    browser = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        with Tab(profile) as tab:
            started = time.perf_counter()
            tab.say("Page.navigate", url=page.as_uri())
            ready = "document.querySelector('#explorer.ready') !== null"
            while not tab.evaluate(ready):
                time.sleep(0.05)
            print(f"page ready in {time.perf_counter() - started:.1f} s")
            tab.evaluate(f"(() => {{{SCRIPT} window.timed = timed;{EXPOSED}}})()")
            print(f"{'gesture':<26}{'table ms':>9}{'map ms':>8}")
            for label, act in GESTURES.items():
                table, map_, found = tab.evaluate(f"timed(() => {act})")
                print(f"{label:<26}{table:>9.0f}{map_:>8.0f}   {found}", flush=True)
    finally:
        browser.terminate()
        browser.wait()


class Tab:
    """The page of a Chromium, spoken to in its own protocol."""

    def __init__(self, profile: Path) -> None:
        from websockets.sync.client import connect

        told = profile / "DevToolsActivePort"
        for _ in range(200):
            if told.is_file() and told.read_text().count("\n"):
                break
            time.sleep(0.05)
        port = told.read_text().splitlines()[0]
        with urlopen(f"http://127.0.0.1:{port}/json") as answer:
            pages = [one for one in json.load(answer) if one["type"] == "page"]
        self._socket = connect(pages[0]["webSocketDebuggerUrl"], max_size=None)
        self._number = 0

    def __enter__(self) -> "Tab":
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()

    def say(self, method: str, **parameters: Any) -> dict[str, Any]:
        """Ask for something; returns the answer to it."""
        self._number += 1
        self._socket.send(json.dumps(
            {"id": self._number, "method": method, "params": parameters}))  # fmt: skip
        while True:
            answer: dict[str, Any] = json.loads(self._socket.recv())
            if answer.get("id") == self._number:
                return answer

    def evaluate(self, script: str) -> Any:
        """The value of an expression in the page, waited for."""
        answer = self.say(
            "Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True
        )
        result = answer.get("result", {})
        if "exceptionDetails" in result:
            raise RuntimeError(json.dumps(result["exceptionDetails"])[:500])
        return result.get("result", {}).get("value")


if __name__ == "__main__":
    main()
