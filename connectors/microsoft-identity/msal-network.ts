import type { INetworkModule, NetworkRequestOptions, NetworkResponse } from "@azure/msal-node";
import { asConnectorError, type ConnectorError, type HttpClient } from "#spi";
import type { EntraRefusal } from "./entra-errors.ts";
import { exchangeJson, refusalOf, type TokenAnswer } from "./token-endpoint.ts";

/**
 * msal-node's network over the connection's own transport, so that proxy, TLS and egress rules hold (D7). It keeps what
 * msal hides: the transport's error, Entra's refusal, and the refresh token of the answer.
 */
export class MsalNetwork implements INetworkModule {
  readonly #http: HttpClient;
  readonly #signal: AbortSignal;
  readonly #operation: string;
  readonly #origin: string;
  failure: ConnectorError | undefined;
  refusal: EntraRefusal | undefined;
  answer: TokenAnswer | undefined;

  constructor(http: HttpClient, authority: string, operation: string, signal: AbortSignal) {
    this.#http = http;
    this.#signal = signal;
    this.#operation = operation;
    this.#origin = new URL(authority).origin;
  }

  sendGetRequestAsync<T>(url: string, options?: NetworkRequestOptions): Promise<NetworkResponse<T>> {
    return this.#send<T>("GET", url, options);
  }

  sendPostRequestAsync<T>(url: string, options?: NetworkRequestOptions): Promise<NetworkResponse<T>> {
    return this.#send<T>("POST", url, options);
  }

  async #send<T>(
    method: "GET" | "POST",
    url: string,
    options: NetworkRequestOptions = {},
  ): Promise<NetworkResponse<T>> {
    // msal insists on https; the owner of the machine may have named a plain http authority on loopback.
    const target = new URL(url);
    const address = `${this.#origin}${target.pathname}${target.search}`;
    const { headers = {}, body } = options;
    try {
      const request = { method, url: address, headers, operation: this.#operation };
      const content = body === undefined ? {} : { body };
      const { response, body: answer } = await exchangeJson(this.#http, { ...request, ...content }, this.#signal);
      if (response.status >= 400) this.refusal = refusalOf(response, answer);
      else this.answer = answer;
      return { headers: { ...response.headers }, body: answer as T, status: response.status };
    } catch (error) {
      this.failure = asConnectorError(error);
      throw error;
    }
  }
}
