//! Page sizes, page tokens and what lists are sorted by.

use tonic::Status;

use crate::{
    app::Error,
    db::{ListPlace as Place, Listed, Order, Part},
    domain::{configuration::Violation, reason::Reason},
};

/// What a request says about the part of a list it wants.
pub(super) struct Asked<'r> {
    pub(super) page_size: i32,
    pub(super) page_token: &'r str,
    pub(super) skip: i32,
    pub(super) order_by: &'r str,
}

/// The part of a list that is asked for; without a wish it is sorted by the first of the orders.
pub(super) fn part(asked: &Asked<'_>, orders: &[Order]) -> Result<Part, Status> {
    let (order, is_descending) = order(asked.order_by, orders)?;
    let after = match parts::<3>(asked.page_token)? {
        None => None,
        Some([by, sorted_by, ids]) if by == spelled(order, is_descending) => {
            let ids =
                ids.split(' ').map(str::parse).collect::<Result<_, _>>().map_err(|_| unknown_token())?;
            Some(Place { sorted_by, ids })
        }
        Some(_) => return Err(invalid("order_by", "Send the order that the page before was asked for in.")),
    };
    Ok(Part { order, is_descending, after, skip: skip(asked.skip)?, limit: size(asked.page_size)? })
}

/// The token for what follows a part of a list; empty when nothing does.
pub(super) fn next<T>(part: &Part, listed: &Listed<T>) -> String {
    token(listed.rows.len(), part.limit, || {
        let Place { sorted_by, ids } = listed.end.clone()?;
        let ids: Vec<String> = ids.iter().map(i64::to_string).collect();
        Some([spelled(part.order, part.is_descending), sorted_by, ids.join(" ")])
    })
}

/// How many rows to leave out.
pub(super) fn skip(asked: i32) -> Result<i64, Status> {
    u32::try_from(asked).map(i64::from).map_err(|_| invalid("skip", "Leave out 0 rows or more."))
}

/// The code of a reason; none asks for all.
pub(super) fn reason(asked: &str) -> Result<&str, Status> {
    if asked.is_empty() || Reason::from_code(asked).is_some() {
        return Ok(asked);
    }
    Err(invalid(
        "reason",
        &format!("There is no reason {asked:?}; codes are written like ITEM_NUMBER_TAKEN."),
    ))
}

fn spelled(order: Order, is_descending: bool) -> String {
    if is_descending { format!("{} desc", order.name) } else { order.name.to_owned() }
}

fn order(asked: &str, orders: &[Order]) -> Result<(Order, bool), Status> {
    let mut words = asked.split_whitespace();
    let name = words.next().unwrap_or(orders[0].name);
    let is_descending = match (words.next(), words.next()) {
        (None, _) => Some(false),
        (Some(word), None) if word.eq_ignore_ascii_case("desc") => Some(true),
        _ => None,
    };
    let order = orders.iter().find(|order| order.name == name);
    order.copied().zip(is_descending).ok_or_else(|| {
        let names: Vec<&str> = orders.iter().map(|order| order.name).collect();
        let message =
            format!("Sort by one of {}, with \" desc\" after it to turn it round.", names.join(", "));
        invalid("order_by", &message)
    })
}

/// How many rows a page has: as asked, or 50.
pub(super) fn size(asked: i32) -> Result<i64, Status> {
    match asked {
        0 => Ok(50),
        1..=1000 => Ok(i64::from(asked)),
        _ => Err(invalid("page_size", "Ask for 1 to 1000 rows, or 0 for 50.")),
    }
}

/// Where an earlier page ended: parts that were put together by [`token`].
pub(super) fn parts<const N: usize>(token: &str) -> Result<Option<[String; N]>, Status> {
    if token.is_empty() {
        return Ok(None);
    }
    let parts: Option<Vec<String>> = serde_json::from_str(token).ok();
    let parts = parts.and_then(|parts| parts.try_into().ok());
    parts.map(Some).ok_or_else(unknown_token)
}

/// Where an earlier page ended, as a number.
pub(super) fn number(token: &str) -> Result<Option<i64>, Status> {
    let Some([number]) = parts::<1>(token)? else { return Ok(None) };
    number.parse().map(Some).map_err(|_| unknown_token())
}

/// The token for the next page; empty when this one was not full.
pub(super) fn token<const N: usize>(
    rows: usize,
    size: i64,
    last: impl FnOnce() -> Option<[String; N]>,
) -> String {
    if i64::try_from(rows).is_ok_and(|rows| rows < size) {
        return String::new();
    }
    last().map(|parts| serde_json::json!(parts.to_vec()).to_string()).unwrap_or_default()
}

fn unknown_token() -> Status {
    invalid("page_token", "Send back the token of the page before, unchanged.")
}

fn invalid(field: &'static str, message: &str) -> Status {
    super::convert::status(Error::Invalid(vec![Violation::new(field, message)]))
}

#[cfg(test)]
mod tests {
    use tonic_types::StatusExt as _;

    use super::*;

    const ORDERS: [Order; 2] = [Order::text("name", "name_key"), Order::number("on_hand", "units")];

    fn asked<'r>(page_token: &'r str, order_by: &'r str) -> Asked<'r> {
        Asked { page_size: 2, page_token, skip: 0, order_by }
    }

    fn field(status: &Status) -> (String, String) {
        let violation = status.get_details_bad_request().unwrap().field_violations.remove(0);
        (violation.field, violation.description)
    }

    #[test]
    fn an_unknown_order_is_answered_with_those_that_exist() {
        for wrong in ["price", "name down", "name desc desc", "name,on_hand"] {
            let (field, words) = field(&part(&asked("", wrong), &ORDERS).unwrap_err());
            assert_eq!(field, "order_by");
            assert!(words.contains("name, on_hand"), "{words}");
        }
    }

    #[test]
    fn a_page_goes_on_where_the_one_before_ended_and_only_in_its_order() {
        let first = part(&asked("", "on_hand desc"), &ORDERS).unwrap();
        assert!(first.is_descending && first.order.name == "on_hand" && first.after.is_none());
        let end = Place { sorted_by: "5".into(), ids: vec![7, 3] };
        let token = next(&first, &Listed { rows: vec![(), ()], total: 9, end: Some(end.clone()) });
        assert_eq!(part(&asked(&token, "on_hand desc"), &ORDERS).unwrap().after, Some(end));
        assert_eq!(field(&part(&asked(&token, "on_hand"), &ORDERS).unwrap_err()).0, "order_by");
        assert_eq!(field(&part(&asked("[\"x\"]", ""), &ORDERS).unwrap_err()).0, "page_token");
        assert_eq!(next(&first, &Listed { rows: vec![()], total: 9, end: None }), "");
    }
}
