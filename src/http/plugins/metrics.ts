import type { HttpParts } from "../parts.ts";
import { metricsText } from "../schemas/service.ts";
import type { Server } from "../server.ts";

function addProcessMetrics({ metrics }: HttpParts): void {
  const memory = metrics.gauge("process_resident_memory_bytes", "Resident memory of this process.");
  const cpu = metrics.gauge("process_cpu_seconds_total", "User and system CPU time of this process.");
  const started = metrics.gauge("process_uptime_seconds", "Time since this process started.");
  metrics.beforePrint(() => {
    const { user, system } = process.cpuUsage();
    memory.set(process.memoryUsage.rss());
    cpu.set((user + system) / 1e6);
    started.set(Math.round(process.uptime()));
  });
}

/** `/metrics`: Prometheus text of this instance. */
export function addMetrics(app: Server, parts: HttpParts): void {
  addProcessMetrics(parts);
  app.get(
    "/metrics",
    {
      config: { access: ["auditor"], answers: { 200: metricsText } },
      schema: {
        operationId: "getMetrics",
        tags: ["Service"],
        summary: "Metrics of this instance",
        description: "Prometheus text format 0.0.4. Labels are route patterns and codes, never names or values.",
      },
    },
    async (_request, reply) => {
      reply.header("content-type", "text/plain; version=0.0.4; charset=utf-8");
      return parts.metrics.print();
    },
  );
}
