"""Did we keep our customers? Retention rates from counts that balance, with their definition and uncertainty.

Start from a list, a log or three counts (``import crrkit as crr``):

    base = crr.read_contracts(...)   customer, start, end    crr.read_orders(...), crr.read_events(...)   customer, at
    kept = crr.retention_by_period(base, every="month")      flow = crr.stage_flow(base, every="month")
    crr.crr_from_counts(start=70, end=90, new=30, period="month")

Then ask:

    which rows were read, which set aside and why        crr.read_orders, crr.read_contracts, crr.read_events, then
                                                         base.quality; to suggest the columns: crr.guess; to choose
                                                         which purchases count: status=, counts=; to see the query
                                                         plan: base.explain(); to try it out: crr.sample
    which records are the same person                    crr.resolve_people(table, keys={"email": "mail"}); then
                                                         read people.joined(table) like any other list
    how to add a new month of data                       base.save("shop"), then crr.update("shop", new_rows)
    there are only monthly lists, or only counts         crr.read_snapshots("lists/*.xlsx");
                                                         crr.read_counts("counts.xlsx")
    how much do doubtful rows change the rate            crr.measure.weigh_doubts(base); to see the rows:
                                                         base.quality.to_csv
    who stayed, left, joined or returned in each period  crr.retention_by_period(base, every="month"); per segment:
                                                         by=
    what do three counts alone say                       crr.crr_from_counts, crr.solve_counts, crr.convert_rate
    why does another tool give another number            crr.reconcile(kept); from counts alone:
                                                         crr.judge.who_is_new
    is a change signal or noise                          crr.control_chart(kept), crr.judge.compare_segments,
                                                         crr.judge.stress; to see what chance alone does:
                                                         crr.stats.simulate_chart
    how precise is a rate, how far apart are two         crr.stats.wilson, crr.stats.newcombe, crr.judge.infer
    which period suits these customers                   crr.suggest_period(base), crr.Trailing, crr.OwnGap
    is it good enough                                    crr.assess(kept), crr.Target; to check popular claims
                                                         against evidence: crr.judge.claims
    how much revenue was retained                        crr.revenue_retention, crr.retail_measures,
                                                         crr.concentration
    who renewed when the contract was due                crr.measure.renewals
    how long do customers stay                           crr.cohort_grid, crr.life_table, crr.fit_sbg,
                                                         crr.lifetime.fit_bgnbd
    did retention change, or only the mix of customers   crr.decompose(before, after)
    who is new, regular, lapsed: the stages              crr.stage_on, crr.stage_flow with a crr.StageRule;
                                                         ready-made rules: crr.rules.stage_profiles
    what would change the rate, and where to spend       crr.StageModel.from_flow(flow): project, levers,
                                                         equilibrium, allocate; to test its past forecasts: backtest
    what to do next, and whom to contact                 crr.diagnose(kept, flow=flow), crr.judge.action_list
    how do the rules change the rate of your own list    crr.explore(source): a slider for each rule,
                                                         crr.widgets.ListExplorer; in a terminal: crrkit explore
                                                         FILE
    what if                                              the explorers in crr.widgets, which also work in a saved
                                                         page
    how does it look                                     crr.figures, a chart for each result
    there is no customer list, only a survey             crr.survey_rate, crr.measure.read_survey("answers.xlsx"),
                                                         crr.stats.sample_size
    a report to share, in English or Russian             crr.write_report(base, every="month", out="report.html",
                                                         lang="ru"); for everything printed: crr.set_language

``crr.sample("orders")`` is a list to try it on, ``help(crr.assess)`` explains a function, and the errors are in
``crr.errors``. ``__init__.pyi`` lists the names; each is imported on first use.
"""

from crrkit.ground import face

__getattr__, __dir__, __all__ = face(__name__, __file__)
