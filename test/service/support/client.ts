/** An answer read whole. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: answers are looked at member by member in tests
  readonly body: any;
}

export interface CallOptions {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as it is, in place of JSON. */
  readonly raw?: string | Uint8Array;
}

/** A tiny client of the service with one API key. */
export interface Client {
  readonly key: string;
  /** Any call; a body makes it a POST unless said otherwise. */
  call(path: string, body?: unknown, options?: CallOptions): Promise<Answer>;
  get(path: string, headers?: Readonly<Record<string, string>>): Promise<Answer>;
  /** A call that must succeed; answers its body. */
  ok(path: string, body?: unknown, options?: CallOptions): Promise<Answer["body"]>;
  /** An activity of a connection that must succeed. */
  run(connection: string, activity: string, body: unknown): Promise<Answer["body"]>;
}

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

/** Makes a client; `heard` is told the text of every answer. */
export function createClient(base: string, key: string, heard: (text: string) => void = () => undefined): Client {
  const call: Client["call"] = async (path, body, options = {}) => {
    const payload = options.raw ?? (body === undefined ? undefined : JSON.stringify(body));
    const answer = await fetch(new URL(path, base), {
      method: options.method ?? (payload === undefined ? "GET" : "POST"),
      redirect: "manual",
      headers: {
        authorization: `Bearer ${key}`,
        ...(payload !== undefined && { "content-type": "application/json" }),
        ...options.headers,
      },
      ...(payload !== undefined && { body: payload as string }),
    });
    const text = await answer.text();
    heard(`${[...answer.headers].map((pair) => pair.join(": ")).join("\n")}\n${text}`);
    return { status: answer.status, headers: answer.headers, text, body: parsed(text) };
  };
  const ok: Client["ok"] = async (path, body, options) => {
    const answer = await call(path, body, options);
    if (answer.status >= 300) throw new Error(`${path}: ${answer.status} ${answer.text}`);
    return answer.body;
  };
  return {
    key,
    call,
    get: (path, headers = {}) => call(path, undefined, { headers }),
    ok,
    run: (connection, activity, body) => ok(`/v1/connections/${encodeURIComponent(connection)}/${activity}`, body),
  };
}
