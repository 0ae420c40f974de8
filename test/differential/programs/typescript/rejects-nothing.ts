const reason: unknown = undefined;
Promise.reject(reason);
