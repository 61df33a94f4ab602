import { type ConnectionProperty, choice, file, integer, text } from "#spi";
import { values } from "../../common/choices.ts";

/** The properties of group "Logging". */
export const loggingProperties: readonly ConnectionProperty[] = [
  file({
    key: "Logfile",
    displayName: "Log File",
    group: "Logging",
    description: "Log file path; off when empty.",
    advanced: true,
    effect: { none: "The service writes one log for all connections, to standard error; LOG_LEVEL sets its detail." },
  }),
  choice({
    key: "Verbosity",
    displayName: "Verbosity",
    group: "Logging",
    description: "Log detail: 1 errors+queries, 2 +HTTP lines/connection, 3 +HTTP bodies, 4 +transport/TLS, 5 +all.",
    default: "1",
    choices: values("1", "2", "3", "4", "5"),
    advanced: true,
    effect: { none: "The service writes one log for all connections, to standard error; LOG_LEVEL sets its detail." },
  }),
  text({
    key: "LogModules",
    displayName: "Log Modules",
    group: "Logging",
    description: "Log only these modules (HTTP;SSL;EXEC;INFO;META;…).",
    advanced: true,
    effect: { none: "The service writes one log for all connections, to standard error; LOG_LEVEL sets its detail." },
  }),
  text({
    key: "MaxLogFileSize",
    displayName: "Max Log File Size",
    group: "Logging",
    description: "Rotate at this size.",
    default: "100MB",
    advanced: true,
    effect: { none: "The service writes one log for all connections, to standard error; LOG_LEVEL sets its detail." },
  }),
  integer({
    key: "MaxLogFileCount",
    displayName: "Max Log File Count",
    group: "Logging",
    description: "How many log files are kept (-1 = no limit).",
    default: -1,
    advanced: true,
    effect: { none: "The service writes one log for all connections, to standard error; LOG_LEVEL sets its detail." },
  }),
];
