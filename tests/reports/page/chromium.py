"""A headless Chromium, driven by its DevTools protocol over two pipes: no driver, no socket and no library needed."""

import base64
import json
import os
import select
import shutil
import subprocess
import tempfile
import time
from itertools import count

NAMES = ("chromium", "chromium-browser", "google-chrome")
SLOWEST = 60.0
"""Seconds that an answer may take, on a machine that does something else too."""


def found():
    """The path of a Chromium; None where there is none."""
    return next((path for path in map(shutil.which, NAMES) if path), None)


class Chromium:
    """One browser with one page. Keeps what it logs, and what it asks the network for."""

    def __init__(self, path):
        self.folder = tempfile.mkdtemp(prefix="turncheck-chromium-")
        ours, self.write = os.pipe()
        self.read, theirs = os.pipe()
        # The browser reads from its file 3 and writes to its file 4.
        command = f'exec "$0" "$@" 3</proc/self/fd/{ours} 4>/proc/self/fd/{theirs}'
        given = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars"]
        given += ["--remote-debugging-pipe", f"--user-data-dir={self.folder}", "about:blank"]
        nothing = subprocess.DEVNULL
        self.process = subprocess.Popen(
            ["sh", "-c", command, path, *given], pass_fds=(ours, theirs), stdout=nothing, stderr=nothing
        )
        os.close(ours)
        os.close(theirs)
        self.numbers, self.buffer, self.session = count(1), b"", None
        self.logged, self.asked, self.loaded = [], [], 0
        (target,) = [each for each in self.call("Target.getTargets")["targetInfos"] if each["type"] == "page"]
        attached = self.call("Target.attachToTarget", targetId=target["targetId"], flatten=True)
        self.session = attached["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(f"{domain}.enable")

    def close(self):
        """Ends it, and forgets what it kept."""
        self.process.kill()
        self.process.wait()
        os.close(self.read)
        os.close(self.write)
        shutil.rmtree(self.folder, ignore_errors=True)

    # --- what is said and heard ---

    def call(self, method, **parameters):
        """Calls a method of the protocol."""
        number = next(self.numbers)
        message = {"id": number, "method": method, "params": parameters}
        message |= {"sessionId": self.session} if self.session else {}
        os.write(self.write, json.dumps(message).encode() + b"\0")
        while (heard := self._hear()).get("id") != number:
            self._keep(heard)
        assert "error" not in heard, (method, heard)
        return heard["result"]

    def _hear(self):
        until = time.monotonic() + SLOWEST
        while b"\0" not in self.buffer:
            ready, _, _ = select.select([self.read], [], [], max(until - time.monotonic(), 0))
            assert ready, "the browser says nothing"
            part = os.read(self.read, 1 << 20)
            assert part, "the browser has ended"
            self.buffer += part
        message, _, self.buffer = self.buffer.partition(b"\0")
        return json.loads(message)

    def _keep(self, heard):
        method, about = heard.get("method", ""), heard.get("params", {})
        if method == "Network.requestWillBeSent":
            self.asked.append(about["request"]["url"])
        if method in ("Log.entryAdded", "Runtime.exceptionThrown", "Runtime.consoleAPICalled"):
            self.logged.append(about)
        self.loaded += method == "Page.loadEventFired"

    # --- a page ---

    def open(self, url, width=1280, height=900, dark=False, script=True):
        """Opens a page, and waits for it."""
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.call("Emulation.setEmulatedMedia", features=[scheme])
        self.call("Emulation.setScriptExecutionDisabled", value=not script)
        for address in ("about:blank", url):  # to another fragment of the same page there is no way but anew
            self.logged, self.asked, self.loaded = [], [], 0
            self.call("Page.navigate", url=address)
            while not self.loaded:
                self._keep(self._hear())

    def run(self, expression):
        """The value of an expression of JavaScript; of a promise what it comes to."""
        found = self.call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in found, found
        return found["result"].get("value")

    def click(self, selector):
        """Clicks with the mouse into the middle of an element."""
        x, y = self.run(
            f"(() => {{ const at = document.querySelector({selector!r}); at.scrollIntoView({{block: 'center'}});"
            " const box = at.getBoundingClientRect(); return [box.x + box.width / 2, box.y + box.height / 2]; })()"
        )
        for kind in ("mousePressed", "mouseReleased"):
            self.call("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=1)

    def press(self, key, code=0):
        """Presses a key: a name, and its number where it is no character."""
        text = {"text": "\r"} if key == "Enter" else {"text": " "} if key == " " else {}
        self.call("Input.dispatchKeyEvent", type="keyDown", key=key, windowsVirtualKeyCode=code, **text)
        self.call("Input.dispatchKeyEvent", type="keyUp", key=key, windowsVirtualKeyCode=code)

    def type(self, text):
        """Types a text."""
        self.call("Input.insertText", text=text)

    def picture(self, top=0, height=None):
        """A picture of the page, as bytes of PNG: from its top on, so many pixels."""
        size = self.call("Page.getLayoutMetrics")["cssContentSize"]
        clip = {"x": 0, "y": top, "width": size["width"], "height": height or size["height"] - top, "scale": 1}
        shown = self.call("Page.captureScreenshot", format="png", captureBeyondViewport=True, clip=clip)
        return base64.b64decode(shown["data"])
