-- Effects on every scale that was fitted; the view effects keeps the scale that decides.
-- grain: study, response, scale, term
-- reads: nothing (written by the models)
create table effects_by_scale (
    night_id integer,
    study varchar,
    response varchar,
    scale varchar,
    rank integer,
    term varchar,
    aliases varchar,
    is_in_model boolean,
    effect double,
    coefficient double,
    ratio double,
    error_unit varchar,
    method varchar,
    std_err double,
    ci_low double,
    ci_high double,
    t_value double,
    p_value double,
    p_holm double,
    is_active boolean,
    is_active_at_once boolean,
    minimum_effect double,
    is_below_minimum boolean,
    sum_sq double,
    percent_of_variation double,
    partial_eta_sq double,
);

comment on table effects_by_scale is 'Effects on every scale that was fitted; the view effects keeps the scale that decides.';
comment on column effects_by_scale.night_id is 'Night that wrote the row.';
comment on column effects_by_scale.study is 'Study the row belongs to.';
comment on column effects_by_scale.response is 'Response that was fitted.';
comment on column effects_by_scale.scale is 'Scale of the fit: identity or log10.';
comment on column effects_by_scale.rank is 'Place by size, from 1; by mean square with more than two levels.';
comment on column effects_by_scale.term is 'Factor names joined by a colon, in the order of the study.';
comment on column effects_by_scale.aliases is 'Effects that cannot be told from it, joined by =; behind + or -, what missing runs leave in it.';
comment on column effects_by_scale.is_in_model is 'Whether it is a term of the fitted model; others are contrasts that Lenth''s method judges too.';
comment on column effects_by_scale.effect is 'Mean at + minus mean at -, of executions that weigh the same; null for terms of several degrees of freedom.';
comment on column effects_by_scale.coefficient is 'Half the effect.';
comment on column effects_by_scale.ratio is 'Factor from - to + on the log scale; null on the identity scale.';
comment on column effects_by_scale.error_unit is 'What decides: folder (executions of a run) or container (repeats inside a folder); null where nothing can.';
comment on column effects_by_scale.method is 'Where the error that decides comes from, as in effect_tests.';
comment on column effects_by_scale.std_err is 'Standard error of the effect under the error that decides; Lenth''s pseudo standard error under his method.';
comment on column effects_by_scale.ci_low is 'Lower end of its interval under that error: the effect less the margin; 95 %, or 1 - alpha where the study declares it.';
comment on column effects_by_scale.ci_high is 'Upper end.';
comment on column effects_by_scale.t_value is 'Effect over standard error; null for terms of several degrees of freedom.';
comment on column effects_by_scale.p_value is 'p-value under that error.';
comment on column effects_by_scale.p_holm is 'The same, adjusted by Holm for all effects of the response.';
comment on column effects_by_scale.is_active is 'Whether the effect, taken alone, lies beyond the margin.';
comment on column effects_by_scale.is_active_at_once is 'Whether it does so when all effects of the response are judged at once.';
comment on column effects_by_scale.minimum_effect is 'Smallest effect that counts, as the study declares it, on this scale; null where it does not.';
comment on column effects_by_scale.is_below_minimum is 'Whether the effect is smaller than that: yes where its whole interval is, no where none of it is, null where the data cannot tell.';
comment on column effects_by_scale.sum_sq is 'Sum of squares (Type III).';
comment on column effects_by_scale.percent_of_variation is 'Share of the total sum of squares, percent (Jain).';
comment on column effects_by_scale.partial_eta_sq is 'Sum of squares over itself plus the residual; null outside the model.';
