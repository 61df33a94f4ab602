import net, { type Socket } from "node:net";
import tls from "node:tls";
import { onTestFinished } from "vitest";
import { listen } from "../../../unit/net/support.ts";

/** What a server answers: lines as they go out, or an act. */
export type Act = string | readonly string[] | "SILENCE" | "CLOSE";

/** Answers by the first word of a command; `AUTH-LINE` for what follows a 334, `MESSAGE` for the end of the data. */
export interface Script {
  readonly greeting?: Act;
  readonly ehlo?: readonly string[];
  /** Offered after STARTTLS; the same as before unless given. */
  readonly secureEhlo?: readonly string[];
  readonly certificate?: { readonly cert: string; readonly key: string };
  /** TLS from the first byte. */
  readonly implicit?: boolean;
  readonly answers?: Readonly<Record<string, Act | ((line: string) => Act)>>;
}

export interface ScriptedSmtp {
  readonly port: number;
  /** Every line the server got. */
  readonly heard: string[];
  /** Messages as they came, with their dots doubled. */
  readonly messages: string[];
}

const usual: Readonly<Record<string, Act>> = {
  MAIL: "250 2.1.0 Sender OK",
  RCPT: "250 2.1.5 Recipient OK",
  DATA: "354 Start mail input",
  MESSAGE: "250 2.0.0 Queued as 4711",
  RSET: "250 2.0.0 Resetting",
  QUIT: "221 2.0.0 Bye",
  STARTTLS: "220 2.0.0 Ready",
};

/** A server that speaks by a script, on loopback until the test ends. */
export async function serveScript(script: Script): Promise<ScriptedSmtp> {
  const heard: string[] = [];
  const messages: string[] = [];
  const take = (socket: Socket) => new Talk(script, socket, heard, messages).begin();
  const server =
    script.implicit === true && script.certificate !== undefined
      ? tls.createServer({ ...script.certificate }, take)
      : net.createServer(take);
  server.on("tlsClientError", () => undefined);
  const { port } = await listen(server, "smtp");
  onTestFinished(() => void server.close());
  return { port, heard, messages };
}

class Talk {
  readonly #script: Script;
  readonly #heard: string[];
  readonly #messages: string[];
  #socket: Socket;
  #text = "";
  #mode: "command" | "auth" | "data" = "command";
  #isSecure = false;

  constructor(script: Script, socket: Socket, heard: string[], messages: string[]) {
    this.#script = script;
    this.#socket = socket;
    this.#heard = heard;
    this.#messages = messages;
  }

  begin(): void {
    this.#listen();
    this.#say(this.#script.greeting ?? "220 mail.test ESMTP ready");
  }

  #listen(): void {
    this.#socket.on("error", () => undefined);
    this.#socket.on("data", (chunk: Buffer) => this.#take(chunk.toString("latin1")));
  }

  #say(act: Act): void {
    if (act === "SILENCE") return;
    if (act === "CLOSE") this.#socket.destroy();
    else this.#socket.write(`${(typeof act === "string" ? [act] : act).join("\r\n")}\r\n`);
  }

  #take(chunk: string): void {
    this.#text += chunk;
    for (;;) {
      if (this.#mode === "data") {
        const end = this.#text.indexOf("\r\n.\r\n");
        if (end < 0) return;
        this.#messages.push(this.#text.slice(0, end + 2));
        this.#text = this.#text.slice(end + 5);
        this.#mode = "command";
        this.#say(this.#answer("MESSAGE", ""));
        continue;
      }
      const end = this.#text.indexOf("\r\n");
      if (end < 0) return;
      const line = this.#text.slice(0, end);
      this.#text = this.#text.slice(end + 2);
      this.#heard.push(line);
      this.#command(line);
    }
  }

  #command(line: string): void {
    const verb = this.#mode === "auth" ? "AUTH-LINE" : (line.split(" ")[0] ?? "").toUpperCase();
    if (verb === "EHLO" && this.#script.answers?.["EHLO"] === undefined) {
      const { ehlo = [], secureEhlo = ehlo } = this.#script;
      const lines = ["mail.test", ...(this.#isSecure ? secureEhlo : ehlo)];
      this.#say(lines.map((text, index) => `250${index === lines.length - 1 ? " " : "-"}${text}`));
      return;
    }
    const answer = this.#answer(verb, line);
    const code = typeof answer === "string" ? answer.slice(0, 3) : "";
    this.#mode = code === "334" ? "auth" : code === "354" ? "data" : "command";
    this.#say(answer);
    if (verb === "STARTTLS" && code === "220") this.#secure();
  }

  #answer(verb: string, line: string): Act {
    const given = this.#script.answers?.[verb] ?? usual[verb] ?? "500 5.5.1 Unknown command";
    return typeof given === "function" ? given(line) : given;
  }

  #secure(): void {
    const raw = this.#socket;
    raw.removeAllListeners("data");
    const secure = new tls.TLSSocket(raw, { isServer: true, ...this.#script.certificate });
    this.#socket = secure;
    this.#isSecure = true;
    this.#text = "";
    this.#listen();
  }
}
