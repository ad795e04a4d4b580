//! Shoppers with an account, and their address books.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::{Address, Store};

/// A shopper with an account.
#[derive(Debug, Clone, Default)]
pub struct Customer {
    /// Its id; 0 lets the store choose.
    pub id: u32,
    /// The given name.
    pub first_name: String,
    /// The family name.
    pub last_name: String,
    /// The e-mail address.
    pub email: String,
    /// The company; may be blank.
    pub company: String,
    /// The telephone number; may be blank.
    pub phone: String,
    /// When the account was made.
    pub created_at: Timestamp,
    /// When it last changed; changes in the address book do not count.
    pub modified_at: Timestamp,
    /// The address book; the first entry is the one that orders are billed to.
    pub addresses: Vec<BookEntry>,
}

/// One address of a customer.
#[derive(Debug, Clone)]
pub struct BookEntry {
    /// Its id, unique in the store; 0 lets the store choose.
    pub id: u32,
    /// The address; its e-mail is not shown.
    pub address: Address,
}

impl Customer {
    /// A customer without company, telephone or address.
    pub fn new(
        first_name: impl Into<String>,
        last_name: impl Into<String>,
        email: impl Into<String>,
    ) -> Self {
        Self {
            first_name: first_name.into(),
            last_name: last_name.into(),
            email: email.into(),
            ..Self::default()
        }
    }

    /// Adds an entry to the address book.
    #[must_use]
    pub fn with_address(mut self, address: Address) -> Self {
        self.addresses.push(BookEntry { id: 0, address });
        self
    }
}

impl Store {
    /// The customers by id.
    pub fn customers(&self) -> &BTreeMap<u32, Customer> {
        &self.customers
    }

    /// Adds a customer as of now, or replaces the one with the same id, and gives its id.
    pub fn add_customer(&mut self, customer: Customer) -> u32 {
        let now = self.clock.now();
        self.enrol(Customer { created_at: now, modified_at: now, ..customer })
    }

    /// Adds a customer whose account is as old as it says.
    pub(crate) fn enrol(&mut self, mut customer: Customer) -> u32 {
        if customer.id == 0 {
            customer.id = self.last_customer_id + 1;
        }
        self.last_customer_id = self.last_customer_id.max(customer.id);
        for entry in customer.addresses.iter_mut().filter(|entry| entry.id == 0) {
            self.last_entry_id += 1;
            entry.id = self.last_entry_id;
        }
        let id = customer.id;
        self.customers.insert(id, customer);
        id
    }

    /// Changes a customer and marks it as modified now; says whether there is such a customer.
    pub fn edit_customer(&mut self, id: u32, edit: impl FnOnce(&mut Customer)) -> bool {
        let Some(mut customer) = self.customers.remove(&id) else { return false };
        edit(&mut customer);
        self.enrol(Customer { id, modified_at: self.clock.now(), ..customer });
        true
    }

    /// Adds to a customer's address book without marking the customer as modified; gives the entry's id.
    pub fn add_address(&mut self, customer_id: u32, address: Address) -> Option<u32> {
        let customer = self.customers.get_mut(&customer_id)?;
        self.last_entry_id += 1;
        customer.addresses.push(BookEntry { id: self.last_entry_id, address });
        Some(self.last_entry_id)
    }

    /// Changes an entry of an address book without marking its customer as modified; says whether there is
    /// such an entry.
    pub fn edit_address(&mut self, entry_id: u32, edit: impl FnOnce(&mut Address)) -> bool {
        let mut entries = self.customers.values_mut().flat_map(|customer| &mut customer.addresses);
        let Some(entry) = entries.find(|entry| entry.id == entry_id) else { return false };
        edit(&mut entry.address);
        true
    }

    /// Deletes a customer; the orders stay as they are. Says whether there was such a customer.
    pub fn remove_customer(&mut self, id: u32) -> bool {
        self.customers.remove(&id).is_some()
    }
}
