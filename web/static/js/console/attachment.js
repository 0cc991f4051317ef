// Keeps a terminal attached to its session. After an interruption it attaches again at the byte after the last one that came, until
// the server says that this makes no sense.

import * as frames from "./frames.js";

const MIN_PAUSE_MILLIS = 500;
const MAX_PAUSE_MILLIS = 10_000;
const PATIENCE_MILLIS = 10_000;
const ACKNOWLEDGED_BYTES = 16_384;
// What is sent before the host has taken it. More could keep acknowledgements from the command, which may wait for them.
const MAX_UNTAKEN_BYTES = 131_072;

const NORMAL = 1000;
// The codes after which trying again makes no sense, and the reason.
const FINAL = new Map([
  [4400, "malformed"],
  [4401, "withdrawn"],
  [4404, "gone"],
  [4408, "idle"],
  [4409, "crowded"],
]);

export class Attachment {
  #ticket;
  #address;
  #size;
  #on;
  #socket = null;
  #attempt = 0;
  #retry = null;
  #patience = null;
  #pause = MIN_PAUSE_MILLIS;
  #ended = null;
  // The offset after the last byte that came, after the last that is on the screen, and after the last that was acknowledged.
  #received = 0;
  #shown = 0;
  #acknowledged = 0;
  #writer = null;
  #isAttached = false;
  // What is typed here, on whichever connection, and what of it the host has not said to have taken: from this offset on.
  #keyboard = crypto.getRandomValues(new Uint8Array(16));
  #untaken = new Uint8Array(0);
  #taken = 0;
  // How much of that was sent on this connection.
  #sent = 0;
  // Whether the host has said where the input of this connection begins.
  #mayType = false;

  // ticket: returns a response with a ticket. address: of the socket, without offset. size: returns columns and rows. on: what to do
  // with output (and then call a function), gap, size of the session, forgotten (input of which the host does
  // not know whether it arrived), unsent (input that somebody else prevented), end, viewers and state.
  constructor({ ticket, address, size, on }) {
    this.#ticket = ticket;
    this.#address = address;
    this.#size = size;
    this.#on = on;
    addEventListener("offline", () => this.#lose());
    addEventListener("online", () => this.again());
  }

  // Whether input reaches the command.
  get writes() {
    return this.#isAttached && this.#writer?.isYou === true;
  }

  // The current socket; null while there is none.
  get connection() {
    return this.#socket;
  }

  open() {
    this.#ended = null;
    this.#attach();
  }

  // Gives up a connection on which nothing may come any more, and attaches by another one.
  again() {
    if (this.#ended === null) {
      this.#drop();
      this.#attach();
    }
  }

  // Keeps the input until the host has taken it, so that it arrives once, whatever happens to the connection.
  input(bytes) {
    if (this.writes) {
      const all = new Uint8Array(this.#untaken.length + bytes.length);
      all.set(this.#untaken);
      all.set(bytes, this.#untaken.length);
      this.#untaken = all;
      this.#type();
    }
  }

  // Sends what may be sent now.
  #type() {
    const end = Math.min(this.#untaken.length, MAX_UNTAKEN_BYTES);
    if (this.#mayType && this.writes && this.#sent < end) {
      const bytes = this.#untaken.subarray(this.#sent, end);
      this.#sent = end;
      for (const frame of frames.input(bytes)) {
        this.#send(frame);
      }
    }
  }

  // Gives up what was not sent, since somebody else writes.
  #giveUp() {
    const unsent = this.#untaken.length - this.#sent;
    if (unsent > 0) {
      this.#untaken = this.#untaken.subarray(0, this.#sent);
      this.#on.unsent(unsent);
    }
  }

  resize() {
    this.#send(frames.size(this.#size()));
  }

  takeKeyboard() {
    this.#send(frames.wish());
  }

  async #attach() {
    clearTimeout(this.#retry);
    const attempt = ++this.#attempt;
    this.#on.state("connecting");
    // Neither a request nor the opening of a socket ends by itself where packets are lost.
    this.#patience = setTimeout(() => this.#lose(), PATIENCE_MILLIS);
    let response;
    let issued;
    try {
      response = await this.#ticket();
      issued = response.ok ? await response.json() : await response.text();
    } catch {
      response = null;
    }
    if (attempt !== this.#attempt) {
      return;
    }
    if (response === null || response.status === 429 || response.status >= 500) {
      this.#lose();
    } else if (response.ok) {
      this.#open(issued.ticket);
    } else {
      this.#end(response.status === 401 ? "signed-out" : "refused", issued);
    }
  }

  #open(ticket) {
    const socket = new WebSocket(`${this.#address}?offset=${this.#received}`, "bailiwick.v1");
    socket.binaryType = "arraybuffer";
    this.#socket = socket;
    socket.addEventListener("open", () => {
      if (socket === this.#socket) {
        socket.send(frames.ticket(ticket));
        socket.send(frames.size(this.#size()));
        socket.send(frames.keyboard(this.#keyboard));
      }
    });
    socket.addEventListener("message", ({ data }) => {
      if (socket === this.#socket) {
        this.#receive(frames.decode(data));
      }
    });
    socket.addEventListener("close", ({ code }) => {
      if (socket === this.#socket) {
        this.#closed(code);
      }
    });
  }

  #receive(frame) {
    switch (frame?.kind) {
      case "output":
        this.#output(frame.offset, frame.bytes);
        break;
      case "gap":
        this.#received = frame.to;
        this.#on.gap(frame.to - frame.from);
        break;
      case "taken":
        this.#take(frame.offset);
        break;
      case "size":
        this.#on.size(frame.size);
        break;
      case "end":
        this.#end(frame.how === "session" ? `session-${frame.reason}` : frame.how, frame.number);
        break;
      case "viewers":
        this.#see(frame.viewers);
        break;
    }
  }

  // The first time on a connection, sends the rest again.
  #take(offset) {
    const taken = offset - this.#taken;
    // A host that has forgotten the keyboard does not say how much of this arrived. Better once too few than twice.
    const isKnown = taken >= 0 && taken <= this.#untaken.length;
    if (!isKnown && this.#untaken.length > 0) {
      this.#on.forgotten(this.#untaken.length);
    }
    this.#untaken = isKnown ? this.#untaken.subarray(taken) : new Uint8Array(0);
    this.#sent = isKnown ? Math.max(this.#sent - taken, 0) : 0;
    this.#taken = offset;
    this.#mayType = true;
    if (this.writes) {
      this.#type();
    } else {
      this.#giveUp();
    }
  }

  #output(offset, bytes) {
    const next = offset + bytes.length;
    this.#received = next;
    this.#on.output(bytes, offset, () => this.#show(next));
  }

  #show(offset) {
    this.#shown = Math.max(this.#shown, offset);
    const isDue = this.#shown - this.#acknowledged >= ACKNOWLEDGED_BYTES || this.#shown >= this.#received;
    if (isDue && this.#isAttached) {
      this.#acknowledged = this.#shown;
      this.#send(frames.acknowledgement(this.#shown));
    }
  }

  #see(viewers) {
    const isNew = !this.#isAttached;
    this.#writer = viewers.find((viewer) => viewer.writes) ?? null;
    this.#isAttached = true;
    if (isNew) {
      clearTimeout(this.#patience);
      this.#pause = MIN_PAUSE_MILLIS;
      this.#on.state("attached");
    }
    if (this.#mayType && !this.writes) {
      this.#giveUp();
    }
    this.#on.viewers(viewers);
  }

  #send(frame) {
    if (this.#isAttached && this.#socket?.readyState === WebSocket.OPEN) {
      this.#socket.send(frame);
    }
  }

  #closed(code) {
    const why = code === NORMAL ? "done" : FINAL.get(code);
    if (why) {
      this.#end(why);
    } else {
      this.#lose();
    }
  }

  #lose() {
    if (this.#ended === null) {
      this.#drop();
      this.#on.state("lost");
      this.#retry = setTimeout(() => this.#attach(), this.#pause);
      this.#pause = Math.min(2 * this.#pause, MAX_PAUSE_MILLIS);
    }
  }

  // The first reason counts: the socket closes after the last frame.
  #end(why, detail) {
    if (this.#ended === null) {
      this.#ended = why;
      this.#drop();
      this.#on.end(why, detail);
    }
  }

  #drop() {
    this.#attempt++;
    clearTimeout(this.#retry);
    clearTimeout(this.#patience);
    this.#isAttached = false;
    this.#mayType = false;
    this.#sent = 0;
    this.#writer = null;
    const socket = this.#socket;
    this.#socket = null;
    socket?.close();
  }
}
