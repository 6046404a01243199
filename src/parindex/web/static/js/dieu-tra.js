// The interviewer's day begins.
import { start } from "./interviewing/day.js";

start();
