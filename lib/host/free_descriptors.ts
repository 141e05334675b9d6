import * as fs from "node:fs";
import { errorCode } from "../text/plain_cause.ts";

/** How many more files can be opened at one time, at most `wanted`. @param directory One that can be read. */
export function freeDescriptors(directory: string, wanted: number): number {
  const open: number[] = [];
  try {
    const { O_DIRECTORY, O_RDONLY } = fs.constants;
    while (open.length < wanted) open.push(fs.openSync(directory, O_RDONLY | O_DIRECTORY));
  } catch (error) {
    if (!["EMFILE", "ENFILE"].includes(errorCode(error) ?? "")) throw error;
  } finally {
    open.forEach((file) => fs.closeSync(file));
  }
  return open.length;
}
