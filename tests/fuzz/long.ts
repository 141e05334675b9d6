/** The fuzz tests for long: `deno task fuzz`. */
import { register } from "./register.ts";

register(300);
