-- Effects in declared coding (low to high) on the scale and under the error that decide, largest first; on log10 ratio is the factor between the levels.
-- grain: study, response, term
-- reads: effects_by_scale, fits
create or replace view effects as
select
    effects_by_scale.night_id,
    effects_by_scale.study,
    effects_by_scale.response,
    effects_by_scale.scale,
    effects_by_scale.rank,
    effects_by_scale.term,
    effects_by_scale.aliases,
    case
        when effects_by_scale.aliases is null then effects_by_scale.term
        when starts_with(effects_by_scale.aliases, '+ ') or starts_with(effects_by_scale.aliases, '- ')
            then effects_by_scale.term || ' ' || effects_by_scale.aliases
        else effects_by_scale.term || ' = ' || effects_by_scale.aliases
    end as effect_name,
    effects_by_scale.is_in_model,
    effects_by_scale.effect,
    effects_by_scale.coefficient,
    effects_by_scale.ratio,
    effects_by_scale.error_unit,
    effects_by_scale.method,
    effects_by_scale.std_err,
    effects_by_scale.ci_low,
    effects_by_scale.ci_high,
    effects_by_scale.t_value,
    effects_by_scale.p_value,
    effects_by_scale.p_holm,
    effects_by_scale.is_active,
    effects_by_scale.is_active_at_once,
    effects_by_scale.minimum_effect,
    effects_by_scale.is_below_minimum,
    effects_by_scale.sum_sq,
    effects_by_scale.percent_of_variation,
    effects_by_scale.partial_eta_sq,
from effects_by_scale
inner join fits using (study, response, scale)
where fits.is_decisive
order by effects_by_scale.study, effects_by_scale.response, effects_by_scale.rank;

comment on view effects is 'Effects in declared coding (low to high) on the scale and under the error that decide, largest first; on log10 ratio is the factor between the levels.';
comment on column effects.night_id is 'Night that wrote the row.';
comment on column effects.study is 'Study the row belongs to.';
comment on column effects.response is 'Response that was fitted.';
comment on column effects.scale is 'Scale on which conclusions are drawn: identity or log10.';
comment on column effects.rank is 'Place by size, from 1; by mean square with more than two levels.';
comment on column effects.term is 'Factor names joined by a colon, in the order of the study.';
comment on column effects.aliases is 'Effects that cannot be told from it, joined by =; behind + or -, what missing runs leave in it.';
comment on column effects.effect_name is 'The term with its aliases as one text: A:B = C:D, A - 0.5 B:C.';
comment on column effects.is_in_model is 'Whether it is a term of the fitted model; others are contrasts that Lenth''s method judges too.';
comment on column effects.effect is 'Mean at + minus mean at -, of executions that weigh the same; null for terms of several degrees of freedom.';
comment on column effects.coefficient is 'Half the effect.';
comment on column effects.ratio is 'Factor from - to + on the log scale; null on the identity scale.';
comment on column effects.error_unit is 'What decides: folder (executions of a run) or container (repeats inside a folder); null where nothing can.';
comment on column effects.method is 'Where the error that decides comes from, as in effect_tests.';
comment on column effects.std_err is 'Standard error of the effect under the error that decides; Lenth''s pseudo standard error under his method.';
comment on column effects.ci_low is 'Lower end of its interval under that error: the effect less the margin; 95 %, or 1 - alpha where the study declares it.';
comment on column effects.ci_high is 'Upper end.';
comment on column effects.t_value is 'Effect over standard error; null for terms of several degrees of freedom.';
comment on column effects.p_value is 'p-value under that error.';
comment on column effects.p_holm is 'The same, adjusted by Holm for all effects of the response.';
comment on column effects.is_active is 'Whether the effect, taken alone, lies beyond the margin.';
comment on column effects.is_active_at_once is 'Whether it does so when all effects of the response are judged at once.';
comment on column effects.minimum_effect is 'Smallest effect that counts, as the study declares it, on this scale; null where it does not.';
comment on column effects.is_below_minimum is 'Whether the effect is smaller than that: yes where its whole interval is, no where none of it is, null where the data cannot tell.';
comment on column effects.sum_sq is 'Sum of squares (Type III).';
comment on column effects.percent_of_variation is 'Share of the total sum of squares, percent (Jain).';
comment on column effects.partial_eta_sq is 'Sum of squares over itself plus the residual; null outside the model.';
