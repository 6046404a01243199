# Results of R survey for designs and options that reference_results.csv has not.
# Rscript more_results.R  in this folder writes more_results.csv; packages survey 4.1-1 and MASS.
suppressMessages(library(survey))
options(digits = 15)
read <- function(name) {
  d <- read.csv(name, stringsAsFactors = FALSE, na.strings = c("", "NA"))
  if (!is.null(d$api00)) {
    d$likert <- as.numeric(cut(d$api00, c(-Inf, 500, 600, 700, 800, Inf)))
    d$sat <- as.numeric(d$likert >= 4)
  }
  for (n in c("stype", "sch.wide", "awards")) if (!is.null(d[[n]])) d[[n]] <- factor(d[[n]])
  d
}
clus1 <- read("apiclus1.csv"); clus2 <- read("apiclus2.csv"); srs <- read("apisrs.csv")
strat <- read("apistrat.csv"); pop <- read("apipop.csv"); lonely <- read("lonely_example.csv")
scd <- read.csv("scd.csv")
types <- as.data.frame(table(stype = pop$stype))
wide <- as.data.frame(table(sch.wide = pop$sch.wide))
awards <- as.data.frame(table(awards = pop$awards))
cross <- as.data.frame(table(sch.wide = pop$sch.wide, stype = pop$stype))
tight <- list(maxit = 500, epsilon = 1e-11)

out <- list()
put <- function(case, statistic, variable, level, domain, est, se, low, high, df, deff) {
  out[[length(out) + 1]] <<- data.frame(
    case, statistic, variable, level, domain, estimate = est, se, ci_low = low, ci_high = high,
    df, deff)
}
t95 <- function(d) qt(0.975, degf(d))
simple <- function(case, d, statistic, variable, s, level = "", domain = "", crit = t95(d)) {
  e <- as.vector(coef(s)); v <- as.vector(SE(s))
  g <- tryCatch(as.vector(deff(s, quietly = TRUE)), error = function(e) NULL)
  if (is.null(g)) g <- NA
  put(case, statistic, variable, level, domain, e, v, e - crit * v, e + crit * v, degf(d), g)
}
usual <- function(case, d, crit = t95(d)) {
  simple(case, d, "mean", "api00", svymean(~api00, d, na.rm = TRUE, deff = TRUE), crit = crit)
  simple(case, d, "mean", "acs.46", svymean(~acs.46, d, na.rm = TRUE, deff = TRUE), crit = crit)
  simple(case, d, "total", "enroll", svytotal(~enroll, d, na.rm = TRUE, deff = TRUE), crit = crit)
  simple(case, d, "share", "stype", svymean(~stype, d, na.rm = TRUE, deff = TRUE),
         level = levels(d$variables$stype), crit = crit)
  simple(case, d, "total", "stype", svytotal(~stype, d, na.rm = TRUE, deff = TRUE),
         level = levels(d$variables$stype), crit = crit)
  r <- svyratio(~api.stu, ~enroll, d, na.rm = TRUE)
  put(case, "ratio", "api.stu/enroll", "", "", coef(r)[[1]], SE(r)[[1]],
      coef(r)[[1]] - crit * SE(r)[[1]], coef(r)[[1]] + crit * SE(r)[[1]], degf(d), NA)
  simple(case, d, "variance", "api00", svyvar(~api00, d, na.rm = TRUE), crit = crit)
  q <- svyquantile(~api00, d, c(0.15, 0.25, 0.5, 0.75), ci = TRUE, na.rm = TRUE,
                   df = if (crit == qnorm(0.975)) Inf else degf(d))[[1]]
  put(case, "quantile", "api00", rownames(q), "", q[, 1], q[, 4], q[, 2], q[, 3], degf(d), NA)
  for (s in levels(d$variables$sch.wide)) {
    part <- subset(d, sch.wide == s)
    domain <- paste0("sch.wide=", s)
    simple(case, d, "mean", "api00", svymean(~api00, part, deff = TRUE), domain = domain, crit = crit)
    simple(case, d, "total", "enroll", svytotal(~enroll, part, na.rm = TRUE, deff = TRUE),
           domain = domain, crit = crit)
    simple(case, d, "share", "sat", svymean(~sat, part, deff = TRUE), domain = domain, crit = crit)
    r <- svyratio(~api.stu, ~enroll, part, na.rm = TRUE)
    put(case, "ratio", "api.stu/enroll", "", domain, coef(r)[[1]], SE(r)[[1]],
        coef(r)[[1]] - crit * SE(r)[[1]], coef(r)[[1]] + crit * SE(r)[[1]], degf(d), NA)
  }
}

two <- svydesign(id = ~dnum + snum, fpc = ~fpc1 + fpc2, data = clus2)
usual("clus2", two)
usual("clus2_first_stage", svydesign(id = ~dnum, weights = ~pw, fpc = ~fpc1, data = clus2))
usual("clus2_no_fpc", svydesign(id = ~dnum + snum, weights = ~pw, data = clus2))
plain <- svydesign(id = ~1, strata = ~stype, weights = ~pw, fpc = ~fpc, data = strat)
usual("strat", plain)
usual("strat_normal", plain, crit = qnorm(0.975))
one <- svydesign(id = ~dnum, weights = ~pw, fpc = ~fpc, data = clus1)
usual("clus1", one)
usual("clus2_poststrat", postStratify(two, ~stype, types))
usual("strat_poststrat_cross", postStratify(plain, ~sch.wide + stype, cross))
usual("strat_rake", rake(plain, list(~awards, ~sch.wide), list(awards, wide), control = tight))
usual("clus2_linear", calibrate(two, ~stype + api99,
  c(`(Intercept)` = 6194, stypeH = 755, stypeM = 1018, api99 = sum(pop$api99))))
usual("strat_logit", calibrate(plain, ~awards + sch.wide,
  c(`(Intercept)` = 6194, awardsYes = awards$Freq[2], sch.wideYes = wide$Freq[2]),
  calfun = "logit", bounds = c(0.6, 1.8), epsilon = 1e-14, maxit = 200))
usual("strat_raking_numeric", calibrate(plain, ~awards + api99,
  c(`(Intercept)` = 6194, awardsYes = awards$Freq[2], api99 = sum(pop$api99)),
  calfun = "raking", epsilon = 1e-14, maxit = 200))
usual("clus1_jk1", as.svrepdesign(one, type = "JK1"))
usual("strat_jkn", as.svrepdesign(plain, type = "JKn"))
usual("strat_jkn_rake", rake(as.svrepdesign(plain, type = "JKn"), list(~awards, ~sch.wide),
  list(awards, wide), control = tight))
usual("clus1_jk1_linear", calibrate(as.svrepdesign(one, type = "JK1"), ~stype,
  c(`(Intercept)` = 6194, stypeH = 755, stypeM = 1018)))
# Half-samples: strata of two, of four, and of six units.
half <- strat[order(strat$stype, strat$snum), ]
half <- do.call(rbind, lapply(split(half, half$stype), function(x) x[1:c(E = 6, H = 2, M = 4)[[as.character(x$stype[1])]], ]))
brr <- as.svrepdesign(svydesign(id = ~snum, strata = ~stype, weights = ~pw, data = half), type = "BRR")
simple("half_brr", brr, "mean", "api00", svymean(~api00, brr, deff = TRUE))
simple("half_brr", brr, "total", "enroll", svytotal(~enroll, brr, deff = TRUE))
r <- svyratio(~api.stu, ~enroll, brr)
put("half_brr", "ratio", "api.stu/enroll", "", "", coef(r)[[1]], SE(r)[[1]],
    coef(r)[[1]] - t95(brr) * SE(r)[[1]], coef(r)[[1]] + t95(brr) * SE(r)[[1]], degf(brr), NA)
write.csv(half, "half.csv", row.names = FALSE, na = "")
# Single units in a stratum, by policy, overall and in a part of the population.
lonely$sat <- as.numeric(lonely$api00 > 700)
lonely$big <- ifelse(lonely$enroll > 500, "yes", "no")
for (policy in c("adjust", "average", "remove", "certainty")) {
  options(survey.lonely.psu = policy)
  d <- svydesign(id = ~1, strata = ~stype, weights = ~pw, fpc = ~fpc, data = lonely)
  case <- paste0("lonely_", policy)
  simple(case, d, "mean", "api00", svymean(~api00, d, deff = TRUE))
  simple(case, d, "total", "enroll", svytotal(~enroll, d, deff = TRUE))
  for (s in c("no", "yes")) {
    part <- subset(d, big == s)
    simple(case, d, "mean", "api00", svymean(~api00, part, deff = TRUE), domain = paste0("big=", s))
    simple(case, d, "total", "api00", svytotal(~api00, part, deff = TRUE), domain = paste0("big=", s))
  }
}
options(survey.lonely.psu = "fail")
write.csv(lonely, "lonely.csv", row.names = FALSE)
# Shares with intervals on the scale of log odds.
for (d in list(list("clus2_logit", two), list("strat_logit_ci", plain))) {
  p <- svyciprop(~sat, d[[2]], method = "xlogit")
  put(d[[1]], "share", "sat", "", "", as.vector(p), SE(p)[[1]], confint(p)[1], confint(p)[2], degf(d[[2]]), NA)
  q <- svyquantile(~api00, d[[2]], c(0.25, 0.5), interval.type = "xlogit")[[1]]
  put(d[[1]], "quantile", "api00", rownames(q), "", q[, 1], q[, 4], q[, 2], q[, 3], degf(d[[2]]), NA)
}
# Three stages, strata at two of them, with population sizes.
set.seed(2)
three <- do.call(rbind, lapply(1:2, function(h) do.call(rbind, lapply(1:(2 + h), function(a)
  do.call(rbind, lapply(1:3, function(b) data.frame(
    region = h, commune = 10 * h + a, village = b, kind = ifelse(b < 3, "p", "q"),
    n1 = 8 + h, n2 = 7, n3 = 30 + b, y = round(50 + 5 * h + rnorm(4, a, 4), 2),
    ok = rbinom(4, 1, 0.6))))))))
three$n2 <- ifelse(three$kind == "p", 7, 1)
three$row <- seq_len(nrow(three))
d <- svydesign(id = ~commune + village + row, strata = ~region + kind, fpc = ~n1 + n2 + n3,
               data = three, nest = TRUE)
simple("three_stages", d, "mean", "y", svymean(~y, d, deff = TRUE))
simple("three_stages", d, "total", "ok", svytotal(~ok, d, deff = TRUE))
for (k in c("p", "q")) {
  part <- subset(d, kind == k)
  simple("three_stages", d, "mean", "y", svymean(~y, part, deff = TRUE), domain = paste0("kind=", k))
}
write.csv(three, "three.csv", row.names = FALSE)
all <- do.call(rbind, out)
for (n in c("estimate", "se", "ci_low", "ci_high", "df", "deff"))
  all[[n]] <- ifelse(is.finite(all[[n]]), format(all[[n]], digits = 15, trim = TRUE), "")
write.csv(all, "more_results.csv", row.names = FALSE, quote = FALSE)
