// The desk's behaviour: every module does one job and the page works without it.
import "./theme.js";
import "./menus.js";
import "./dialogs.js";
import "./copying.js";
import "./autosave.js";
import "./confirming.js";
import "./dropping.js";
import "./filters.js";
import "./attention.js";
import "./keys.js";
