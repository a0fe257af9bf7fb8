// Keeps a part of the page up to date from a stream of server-sent events: new rows on top of a list, or the whole part anew.
// Without script there is the link "Reload".  A page that nobody sees holds no connection: browsers have only a few for a site.
const MOST_ROWS = 1000;
const SAY_EVERY_MS = 5000;

class Live {
  constructor(bar) {
    this.bar = bar;
    this.target = document.getElementById(bar.dataset.liveInto);
    this.button = bar.querySelector("[data-live-pause]");
    this.time = bar.querySelector("[data-live-time]");
    this.said = bar.querySelector("[data-live-said]");
    this.address = new URL(bar.dataset.live, location.href);
    this.count = 0;
    this.rows = 0;
    this.paused = false;
    this.over = false;
    this.button.hidden = false;
    this.button.addEventListener("click", () => this.pause(!this.paused));
    document.addEventListener("visibilitychange", () => this.follow());
    addEventListener("pagehide", () => this.close());
    addEventListener("pageshow", () => this.follow());
    this.follow();
  }

  pause(paused) {
    this.paused = paused;
    this.button.textContent = paused ? "Resume" : "Pause";
    this.say(paused ? "Paused" : "Goes on");
    this.follow();
  }

  // Opens the stream where it should be open, and closes it where not.
  follow() {
    const wanted = !this.paused && !this.over && !document.hidden;
    if (!wanted) {
      this.close();
    } else if (!this.source) {
      this.open();
    }
  }

  close() {
    this.source?.close();
    this.source = null;
  }

  open() {
    const source = new EventSource(this.address);
    this.source = source;
    source.addEventListener("row", (event) => this.row(event));
    source.addEventListener("whole", (event) => { this.target.innerHTML = event.data; });
    source.addEventListener("beat", (event) => this.beat(event));
    source.addEventListener("gap", () => this.say("There are more new ones than are shown here: reload the page to see all"));
    source.addEventListener("ended", (event) => {
      this.end(event.data === "over" ? "Finished" : "You are signed out: reload the page to go on");
    });
    source.addEventListener("error", () => {
      if (source.readyState === EventSource.CLOSED) {
        this.end("Not connected any more: reload the page to go on");
      }
    });
  }

  row(event) {
    this.seen(event);
    this.count += 1;
    this.rows += 1;
    this.target?.insertAdjacentHTML("afterbegin", event.data);
    this.sayCount();
    if (this.rows >= MOST_ROWS) {
      this.end("This page is full: reload it to go on");
    }
  }

  beat(event) {
    this.seen(event);
    this.time.textContent = event.data;
  }

  // Where a new stream begins: what was seen does not come again.
  seen(event) {
    if (event.lastEventId) {
      this.address.searchParams.set("after", event.lastEventId);
    }
  }

  end(text) {
    this.over = true;
    this.button.hidden = true;
    this.close();
    clearTimeout(this.timer);
    this.timer = null;
    this.say(text);
  }

  // A screen reader hears how many there are, now and then, and not every row.
  sayCount() {
    if (!this.timer) {
      this.sayNow();
      this.timer = setTimeout(() => { this.timer = null; this.sayNow(); }, SAY_EVERY_MS);
    }
  }

  sayNow() {
    const text = `${this.count} new ${this.count === 1 ? this.bar.dataset.liveOne : this.bar.dataset.liveMany}`;
    this.say(this.target ? text : `${text}: reload the page to see ${this.count === 1 ? "it" : "them"}`);
  }

  say(text) {
    if (this.said.textContent !== text) {
      this.said.textContent = text;
    }
  }
}

for (const bar of document.querySelectorAll("[data-live]")) {
  if (window.EventSource) {
    new Live(bar);
  }
}
