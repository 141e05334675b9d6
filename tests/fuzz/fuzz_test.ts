/** The fuzz tests as a normal run has them: a few seconds, and another seed each time. */
import { register } from "./register.ts";

register(12);
