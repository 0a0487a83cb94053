"""Did we keep our customers? The retention rate as an account that balances, with its definition and uncertainty.

Begin with a list, a log, or three counts (``import crrkit as crr``):

    base = crr.read_contracts(...)   customer, start, end    crr.read_orders(...), crr.read_events(...)   customer, at
    kept = crr.retention_by_period(base, every="month")      flow = crr.stage_flow(base, every="month")
    crr.crr_from_counts(start=70, end=90, new=30, period="month")

Then ask:

    what was read of the file, what set aside           crr.read_orders, crr.read_contracts, crr.read_events:
                                                        base.quality; before that: crr.guess; which purchases
                                                        count: status=, counts=; where it will be counted, in
                                                        how many passes: base.explain(); lists to try it on:
                                                        crr.sample
    who is one person under several contracts, phones   crr.resolve_people(table, keys={"email": "mail"});
                                                        people.joined(table) is then read as any list
    a month has come since                              base.save("shop"), then crr.update("shop", new_rows)
    only a list a month was kept, or only counts        crr.read_snapshots("lists/*.xlsx");
                                                        crr.read_counts("counts.xlsx")
    how much do the doubts about the file matter        crr.measure.weigh_doubts(base); the rows themselves:
                                                        base.quality.to_csv
    who stayed, left, came, came back, in every period  crr.retention_by_period(base, every="month"); by segment with
                                                        by=
    what three counts alone say                         crr.crr_from_counts, crr.solve_counts, crr.convert_rate
    why does another tool say another number            crr.reconcile(kept); from counts alone: crr.judge.who_is_new
    news or noise                                       crr.control_chart(kept), crr.judge.compare_segments,
                                                        crr.judge.stress; what chance alone does:
                                                        crr.stats.simulate_chart
    how sure is a rate, how far apart are two           crr.stats.wilson, crr.stats.newcombe, crr.judge.infer
    which period fits these customers                   crr.suggest_period(base), crr.Trailing, crr.OwnGap
    is it good enough                                   crr.assess(kept), crr.Target; what is quoted everywhere and
                                                        what is known of it: crr.judge.claims
    how much money stayed                               crr.revenue_retention, crr.retail_measures, crr.concentration
    who renewed of those whose term ended               crr.measure.renewals
    how long customers last                             crr.cohort_grid, crr.life_table, crr.fit_sbg,
                                                        crr.lifetime.fit_bgnbd
    did service change or the mix of customers          crr.decompose(before, after)
    who is a newcomer, a customer, a regular, gone      crr.stage_on, crr.stage_flow under a crr.StageRule; usual
                                                        rules: crr.rules.stage_profiles
    what would change it, and where to spend            crr.StageModel.from_flow(flow): project, levers, equilibrium,
                                                        allocate; how far off it was: backtest
    what to do next, and whom to write to               crr.diagnose(kept, flow=flow), crr.judge.action_list
    what the rules do to the rate of one's own list     crr.explore(source): each rule under a slider,
                                                        crr.widgets.ListExplorer; at the prompt: crrkit explore FILE
    what if …                                           the explorers in crr.widgets, live in a saved page, too
    how does it look                                    crr.figures, one picture for each result
    there is no data, only a survey                     crr.survey_rate, crr.measure.read_survey("answers.xlsx"),
                                                        crr.stats.sample_size
    one page for the others, in Russian                 crr.write_report(base, every="month", out="report.html",
                                                        lang="ru"); at the prompt: crr.set_language

``crr.sample("orders")`` gives a list to try it on, ``help(crr.assess)`` says more of each, and errors are in
``crr.errors``. The names are listed in ``__init__.pyi``; each is loaded when it is first used.
"""

from crrkit.ground import face

__getattr__, __dir__, __all__ = face(__name__, __file__)
