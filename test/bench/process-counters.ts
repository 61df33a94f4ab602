import { readdir, readFile } from "node:fs/promises";

/** CPU time of all threads of a process so far, in milliseconds; no number where the system does not tell. */
export async function cpuMsOf(pid: number): Promise<number> {
  const folder = `/proc/${pid}/task`;
  const threads = await readdir(folder).catch(() => undefined);
  if (threads === undefined) return Number.NaN;
  const times = threads.map(async (thread) => {
    const [nanoseconds] = (await readFile(`${folder}/${thread}/schedstat`, "utf8")).split(" ");
    return Number(nanoseconds) / 1e6;
  });
  return (await Promise.all(times)).reduce((sum, one) => sum + one, 0);
}

/** Memory of a process: what is resident now and at most, in MB. */
export async function memoryMbOf(pid: number): Promise<{ readonly now: number; readonly peak: number }> {
  const status = await readFile(`/proc/${pid}/status`, "utf8");
  const read = (name: string): number => Number(new RegExp(`${name}:\\s+(\\d+) kB`).exec(status)?.[1]) / 1024;
  return { now: read("VmRSS"), peak: read("VmHWM") };
}
