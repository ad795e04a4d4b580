//! Orders, their lines, addresses and shipments.

use jiff::Timestamp;

use super::places::Location;
use super::product::{Kind, Money, OptionValue};

/// The fifteen states of an order, by the names of the store.
pub const STATUSES: [(u8, &str, &str); 15] = [
    (0, "Incomplete", "The shopper reached the payment page, but did not complete the transaction."),
    (1, "Pending", "The customer started the checkout process, but did not complete it."),
    (2, "Shipped", "The order has been shipped, but receipt has not been confirmed."),
    (3, "Partially Shipped", "Only some items in the order have been shipped."),
    (4, "Refunded", "The seller has used the Refund action."),
    (5, "Cancelled", "The seller has cancelled the order."),
    (6, "Declined", "The seller has marked the order as declined."),
    (7, "Awaiting Payment", "The customer has completed checkout; payment is yet to be confirmed."),
    (8, "Awaiting Pickup", "The order has been packed and is awaiting pickup."),
    (9, "Awaiting Shipment", "The order has been packed and is awaiting a shipping provider."),
    (10, "Completed", "The client has paid and the order is done."),
    (11, "Awaiting Fulfillment", "Payment has been confirmed."),
    (12, "Manual Verification Required", "The order is on hold until it is confirmed by hand."),
    (13, "Disputed", "The customer has disputed the payment."),
    (14, "Partially Refunded", "The seller has partially refunded the order."),
];

/// The ids of the states that the sandbox itself speaks of.
pub mod status {
    /// The shopper reached the payment page and stopped there.
    pub const INCOMPLETE: u8 = 0;
    /// The checkout was begun.
    pub const PENDING: u8 = 1;
    /// Fully shipped.
    pub const SHIPPED: u8 = 2;
    /// Some lines shipped.
    pub const PARTIALLY_SHIPPED: u8 = 3;
    /// Everything refunded.
    pub const REFUNDED: u8 = 4;
    /// Cancelled.
    pub const CANCELLED: u8 = 5;
    /// The payment failed.
    pub const DECLINED: u8 = 6;
    /// Ordered, with the payment to be confirmed.
    pub const AWAITING_PAYMENT: u8 = 7;
    /// Packed, to be picked up.
    pub const AWAITING_PICKUP: u8 = 8;
    /// Packed, to be shipped.
    pub const AWAITING_SHIPMENT: u8 = 9;
    /// Done.
    pub const COMPLETED: u8 = 10;
    /// Paid and ready to pick.
    pub const AWAITING_FULFILLMENT: u8 = 11;
    /// On hold until somebody has looked at it.
    pub const MANUAL_VERIFICATION: u8 = 12;
    /// The customer wants the money back.
    pub const DISPUTED: u8 = 13;
    /// Some of it refunded.
    pub const PARTIALLY_REFUNDED: u8 = 14;
}

/// The name of a state.
pub(crate) fn status_name(id: u8) -> &'static str {
    STATUSES.get(usize::from(id)).map_or("", |&(_, name, _)| name)
}

/// Whether an order in this state counts as placed: it is paid, or its payment is authorised (7).
pub(crate) fn is_placed(status: u8) -> bool {
    matches!(status, 2 | 3 | 7..=14)
}

/// Someone's name and address.
#[derive(Debug, Clone, Default)]
#[expect(missing_docs, reason = "the fields are what they say")]
pub struct Address {
    pub first_name: String,
    pub last_name: String,
    pub company: String,
    pub street: String,
    pub city: String,
    pub state: String,
    pub zip: String,
    pub country: String,
    pub country_iso2: String,
    pub phone: String,
    pub email: String,
}

impl Address {
    /// An address in Austin, without company or e-mail.
    pub fn of(first_name: impl Into<String>, last_name: impl Into<String>) -> Self {
        Self {
            first_name: first_name.into(),
            last_name: last_name.into(),
            company: String::new(),
            street: "455 Main Street".to_owned(),
            city: "Austin".to_owned(),
            state: "Texas".to_owned(),
            zip: "78751".to_owned(),
            country: "United States".to_owned(),
            country_iso2: "US".to_owned(),
            phone: "555-123-4567".to_owned(),
            email: String::new(),
        }
    }
}

/// Where some lines of an order are shipped to.
#[derive(Debug, Clone)]
pub struct Consignment {
    /// Its id (`order_address_id`).
    pub id: u32,
    /// The address.
    pub address: Address,
    /// The carrier's words.
    pub shipping_method: String,
}

/// Where some lines of an order are picked up.
#[derive(Debug, Clone)]
pub struct Pickup {
    /// Its id (`order_pickup_method_id`).
    pub id: u32,
    /// The location, as it was when the order was placed.
    pub location: Location,
}

/// What a line brings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LineKind {
    /// A thing.
    Physical,
    /// A file.
    Digital,
    /// A gift certificate that is sent by e-mail.
    GiftCertificate {
        /// To this address.
        recipient: String,
    },
}

impl LineKind {
    /// The store's word for it.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Physical => "physical",
            Self::Digital => "digital",
            Self::GiftCertificate { .. } => "giftcertificate",
        }
    }
}

impl From<Kind> for LineKind {
    fn from(kind: Kind) -> Self {
        match kind {
            Kind::Physical => Self::Physical,
            Kind::Digital => Self::Digital,
        }
    }
}

/// One line of an order.
#[derive(Debug, Clone)]
pub struct Line {
    /// Its id (`order_product_id`).
    pub id: u32,
    /// The product; 0 for what is not in the catalogue.
    pub product_id: u32,
    /// The variant; `None` for what is not in the catalogue.
    pub variant_id: Option<u32>,
    /// The consignment it ships with; 0 for none.
    pub address_id: u32,
    /// The pickup it waits for; 0 for none.
    pub pickup_id: u32,
    /// The line that brought it along, when it is part of a bundle.
    pub parent_id: Option<u32>,
    /// The name at the time of the order.
    pub name: String,
    /// The SKU at the time of the order.
    pub sku: String,
    /// Thing, file or gift certificate.
    pub kind: LineKind,
    /// The price of one.
    pub price: Money,
    /// How many were ordered.
    pub quantity: u32,
    /// How many have been shipped.
    pub shipped: u32,
    /// How many have been refunded.
    pub refunded: u32,
    /// The choices that make the variant.
    pub options: Vec<OptionValue>,
    /// How many the store has taken out of its stock for this line.
    pub(crate) taken: u32,
}

/// One parcel of an order.
#[derive(Debug, Clone)]
pub struct Shipment {
    /// Its id.
    pub id: u32,
    /// The consignment it belongs to.
    pub address_id: u32,
    /// When it was made.
    pub created_at: Timestamp,
    /// The carrier's number.
    pub tracking_number: String,
    /// The provider, such as `usps`.
    pub provider: String,
    /// The carrier's slug.
    pub carrier: String,
    /// The method's words.
    pub method: String,
    /// Comments.
    pub comments: String,
    /// Line ids and quantities.
    pub items: Vec<(u32, u32)>,
}

/// One order.
#[derive(Debug, Clone)]
pub struct Order {
    /// Its id.
    pub id: u32,
    /// The customer; 0 for a guest.
    pub customer_id: u32,
    /// Its state.
    pub status: u8,
    /// When it was placed.
    pub created_at: Timestamp,
    /// When it last changed.
    pub modified_at: Timestamp,
    /// When everything was shipped.
    pub shipped_at: Option<Timestamp>,
    /// The channel it came through.
    pub channel_id: u32,
    /// Who pays.
    pub billing: Address,
    /// Where it goes; none when nothing is shipped.
    pub consignments: Vec<Consignment>,
    /// Where it is picked up.
    pub pickups: Vec<Pickup>,
    /// What was ordered.
    pub lines: Vec<Line>,
    /// What was sent.
    pub shipments: Vec<Shipment>,
    /// The shopper's words.
    pub customer_message: String,
    /// Whether it has been archived.
    pub is_deleted: bool,
}

impl Order {
    /// The sum of its lines.
    pub fn total(&self) -> Money {
        self.lines.iter().map(|line| line.price.times(line.quantity)).sum()
    }

    /// How many things it asks for.
    pub fn items_total(&self) -> u32 {
        self.lines.iter().map(|line| line.quantity).sum()
    }

    /// How many of them are shipped.
    pub fn items_shipped(&self) -> u32 {
        self.lines.iter().map(|line| line.shipped).sum()
    }

    /// Whether there is nothing to ship or to pick up.
    pub fn is_digital(&self) -> bool {
        self.lines.iter().all(|line| line.kind != LineKind::Physical)
    }
}
