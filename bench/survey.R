# Means of one item by province in R survey, on the numbers that bench/survey.py wrote.
# Rscript survey.R FOLDER ROWS ITEMS: prints seconds, and one line of mean and error a province.
suppressMessages(library(survey))
options(digits = 15)
words <- commandArgs(trailingOnly = TRUE)
n <- as.integer(words[2])
read <- function(name) readBin(file.path(words[1], name), "double", n)
d <- data.frame(psu = read("psu"), prov = read("prov"), strat = read("strat"), w = read("w"))
for (i in seq_len(as.integer(words[3])) - 1) d[[paste0("q", i)]] <- read(paste0("q", i))
start <- proc.time()[["elapsed"]]
design <- svydesign(id = ~psu, strata = ~strat, weights = ~w, data = d)
told <- NULL
for (i in seq_len(as.integer(words[3])) - 1) {
  for (of in c(paste0("~q", i), paste0("~I(as.numeric(q", i, ">=4))"))) {
    told <- svyby(as.formula(of), ~prov, design, svymean, na.rm = TRUE)
  }
}
cat(proc.time()[["elapsed"]] - start, "\n")
write.table(told[, 2:3], row.names = FALSE, col.names = FALSE)
