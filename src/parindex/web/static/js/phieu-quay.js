// The tablet at a counter begins.
import { start } from "./answering/kiosk.js";

start();
