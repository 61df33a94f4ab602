import type { Cause } from "#spi";

/** What can end or hinder a subscription, its events and their deliveries. */
export const subscriptionCauses: readonly Cause[] = [
  {
    code: "SUBSCRIPTION_REFUSED",
    problem: "ACCESS_DENIED",
    step: "permission",
    owner: "server-admin",
    seen: "The server refused to tell changes three times in a row; the subscription has ended, and its reason holds the server's words.",
    fix: "Give the account its rights, or set the connection right, and make the subscription anew: POST /v1/connections/{connection}/subscriptions.",
  },
  {
    code: "SUBSCRIPTION_UNREACHABLE",
    problem: "UNREACHABLE",
    step: "tcp",
    owner: "network",
    seen: "Changes could not be asked for during 24 hours; the subscription has ended.",
    fix: "Test the connection, and make the subscription anew once the test passes.",
  },
  {
    code: "SUBSCRIPTION_ENDING",
    problem: "UNREACHABLE",
    step: "tcp",
    owner: "network",
    seen: "A subscription fails at present, or its life at the server is nearly over and could not be renewed; it will end at the time named.",
    fix: "Read the subscription for the reason, and test the connection.",
  },
  {
    code: "NOTIFICATION_SECRET_WRONG",
    problem: "FORBIDDEN",
    step: "authentication",
    owner: "service-operator",
    seen: "Notices were posted to a subscription without its secret; nothing was done.",
    fix: "Nothing, when it was a stranger. A subscription made anew has another secret; the mail server stops using the old one by itself.",
  },
  {
    code: "EVENTS_DROPPED",
    problem: "PRECONDITION",
    step: "configuration",
    owner: "designer",
    seen: "Events behind a cursor are not kept any more: they are older than 7 days, or more than 100,000 came after them.",
    fix: "Query the table for what changed, and read on without a cursor; read more often.",
  },
  {
    code: "DELIVERY_REFUSED",
    problem: "UNREACHABLE",
    step: "protocol",
    owner: "designer",
    seen: "The address of a delivery answered with another status than 2xx; the events are sent again later.",
    fix: "Look at the receiver; it must answer 2xx within 15 seconds once it has kept the events.",
  },
  {
    code: "DELIVERY_ENDED",
    problem: "UNREACHABLE",
    step: "protocol",
    owner: "designer",
    seen: "An address failed for 24 hours, or answered 410; nothing more is sent to it.",
    fix: "Set the receiver right and create the subscription again with the same key; read what it missed from its events.",
  },
];
