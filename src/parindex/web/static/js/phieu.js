// The citizen's page begins, where the browser is able to; where it is not, the plain form that the
// page came with stays, and does everything too.
import { start } from "./answering/citizen.js";

if (Object.hasOwn && Array.prototype.at && String.prototype.replaceAll) start();
