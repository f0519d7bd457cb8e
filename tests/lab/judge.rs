//! Runs the program in the laptop's namespace and compares what it says with the case.

use super::case::{Case, Expect};
use super::host::command;
use super::plan::Plan;
use super::{site, truth};
use serde_json::Value;

/// Runs `check --json`; what was found, and everything in it that is not as expected.
pub fn check(case: &Case, plan: Plan) -> Result<(String, Vec<String>), String> {
    let filled: Vec<String> = case.check.iter().map(|a| plan.fill(a)).collect();
    let args: Vec<&str> = ["check", "--json"].into_iter().chain(filled.iter().map(String::as_str)).collect();
    let mut program = command("laptop", &site::program(), &args);
    for setting in &case.env {
        let (name, value) = setting.split_once('=').ok_or("env wants NAME=VALUE")?;
        program.env(name, plan.fill(value));
    }
    if case.find_first {
        let found = command("laptop", &site::program(), &["find", "--json"]).output();
        let found = found.map_err(|e| e.to_string())?;
        if !found.status.success() {
            return Err(format!("find: {}: {}", found.status, String::from_utf8_lossy(&found.stderr).trim()));
        }
    }
    super::crowd::leave(case.leave)?;
    let out = program.output().map_err(|e| e.to_string())?;
    let errors = String::from_utf8_lossy(&out.stderr);
    let json: Value = serde_json::from_slice(&out.stdout).map_err(|e| {
        format!(
            "check {} gave no JSON ({e}), exit status {:?}, standard error: {}",
            case.check.join(" "),
            out.status.code(),
            errors.trim()
        )
    })?;
    let found = said(&json, out.status.code());
    let mut wrong = Vec::new();
    let wanted = wanted(&case.expect);
    let code = json["verdict"]["code"].as_str().unwrap_or("-");
    if found != wanted {
        wrong.push(format!("expected {wanted}, found {found}"));
    }
    if json["schema"] != 1 {
        wrong.push(format!("schema is {}", json["schema"]));
    }
    let codes: Vec<(&str, &str)> = json["findings"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|f| (f["code"].as_str().unwrap_or("-"), f["level"].as_str().unwrap_or("-")))
        .collect();
    for wanted in &case.expect.findings {
        if !codes.iter().any(|(code, _)| code == wanted) {
            wrong.push(format!("{wanted} is not among the findings: {codes:?}"));
        }
    }
    let verdict = json["findings"].as_array().into_iter().flatten().find(|f| f["code"] == code);
    for wanted in &case.expect.possible {
        let named = verdict.and_then(|f| f["possible"].as_array()).into_iter().flatten();
        if !named.filter(|p| p["test"] != "").any(|p| p["code"] == wanted.as_str()) {
            wrong.push(format!("{code} does not say that it could also be {wanted}"));
        }
    }
    let whole = json.to_string();
    wrong.extend(
        case.expect.says.iter().filter(|s| !whole.contains(*s)).map(|s| format!("it does not say '{s}'")),
    );
    let never = case.expect.never_says.iter().filter(|s| whole.contains(*s));
    wrong.extend(never.map(|s| format!("it says '{s}'")));
    for (state, wanted) in &case.expect.boxes {
        if json["boxes"][state] != *wanted {
            wrong.push(format!("{wanted} gateways expected as {state}: {}", json["boxes"]));
        }
    }
    if case.healthy && codes.iter().any(|(_, level)| !matches!(*level, "ok" | "info")) {
        wrong.push(format!("cried wolf: {codes:?}"));
    }
    wrong.extend(leds(case, &json)?);
    if !wrong.is_empty() {
        wrong.push(format!("JSON: {json}"));
        wrong.push(format!("standard error: {}", errors.trim()));
    }
    Ok((found, wrong))
}

pub fn wanted(e: &Expect) -> String {
    let word = |o: &Option<String>| o.clone().unwrap_or_default();
    format!("{} {} {} {}", word(&e.verdict), word(&e.owner), word(&e.level), e.exit)
}

fn said(json: &Value, exit: Option<i32>) -> String {
    let word = |key: &str| json["verdict"][key].as_str().unwrap_or("-").to_owned();
    format!(
        "{} {} {} {}",
        word("code"),
        word("owner"),
        word("level"),
        exit.map_or("killed".into(), |e| e.to_string())
    )
}

/// The LED sets must hold the truth, and where the case says so, nothing else.
fn leds(case: &Case, json: &Value) -> Result<Vec<String>, String> {
    let mut wrong = Vec::new();
    for (n, gateway) in case.gateways.iter().enumerate() {
        let truth = truth::led(&truth::events(n)?);
        let listed =
            json["gateways"].as_array().into_iter().flatten().find(|g| g["mac"] == gateway.mac.as_str());
        let possible: Option<Vec<&str>> = listed
            .and_then(|g| g["led"]["possible"].as_array())
            .map(|p| p.iter().filter_map(Value::as_str).collect());
        match (&possible, case.expect.knows_led.get(n)) {
            (None, Some(_)) => wrong.push(format!("gateway {} is not listed", gateway.mac)),
            (Some(p), Some(known)) if *p != [known.as_str()] => {
                wrong.push(format!("LED of {}: {p:?} in place of {known}", gateway.mac));
            }
            (Some(p), _) if !p.contains(&truth.word()) => {
                wrong.push(format!("not sound: {} is {truth}, the program says {p:?}", gateway.mac));
            }
            _ => {}
        }
    }
    Ok(wrong)
}
