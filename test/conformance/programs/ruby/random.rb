puts rand
